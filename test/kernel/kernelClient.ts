import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectPath } from 'xkd';
import * as zmq from 'zeromq';
import { loadScript } from '../setup/support';

export interface Message {
  readonly header: { readonly msg_type: string; readonly msg_id: string };
  readonly parent: { readonly msg_id?: string };
  readonly metadata: Record<string, unknown>;
  readonly content: Record<string, unknown>;
  readonly buffers: readonly Buffer[];
}

export interface Executed {
  /** Content of the reply. */
  readonly reply: Record<string, unknown>;
  /** Messages published for the cell, up to its end. */
  readonly messages: readonly Message[];
  /** Text printed on both streams. */
  readonly text: string;
}

interface Wire {
  readMessage(key: string, frames: readonly Buffer[]): Message;
  writeMessage(key: string, message: object): Buffer[];
}

export const kernelModule = createRequire(projectPath('scripts/kernel/main.cjs'));
const wire = kernelModule('./wire.cjs') as Wire;
const portNames = ['shell', 'iopub', 'control', 'stdin', 'hb'] as const;

/** A kernel of this project in a separate process, with its front end. */
export class Kernel {
  /** All messages published so far. */
  readonly published: Message[] = [];
  private readonly waiting = new Map<string, (message: Message) => void>();
  private readonly watchers = new Set<(message: Message) => void>();
  private readonly outgoing = { shell: Promise.resolve(), control: Promise.resolve() };

  private constructor(
    readonly process: ChildProcess,
    private readonly folder: string,
    private readonly key: string,
    private readonly address: string,
    private readonly sockets: { shell: zmq.Dealer; control: zmq.Dealer; iopub: zmq.Subscriber },
  ) {}

  static async start({ environment = {}, cwd = projectPath('notebooks') } = {}): Promise<Kernel> {
    const { kernelDescription } = await loadScript<{
      kernelDescription(node: string): { argv: string[]; env: NodeJS.ProcessEnv };
    }>('setup/kernelspec.mjs');
    const folder = mkdtempSync(join(tmpdir(), 'xkd-kernel-'));
    const file = join(folder, 'connection.json');
    const key = randomBytes(16).toString('hex');
    const ports = Object.fromEntries(
      (await freePorts(portNames.length)).map((port, i) => [`${portNames[i]}_port`, port]),
    );
    const connection = { transport: 'tcp', ip: '127.0.0.1', key, signature_scheme: 'hmac-sha256', ...ports };
    writeFileSync(file, JSON.stringify(connection));
    const { argv, env } = kernelDescription(process.execPath);
    const [program, ...args] = argv.map((word) => (word === '{connection_file}' ? file : word));
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env, ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const sockets = { shell: new zmq.Dealer(), control: new zmq.Dealer(), iopub: new zmq.Subscriber() };
    sockets.iopub.receiveHighWaterMark = 0;
    sockets.iopub.subscribe();
    for (const [name, socket] of Object.entries(sockets)) {
      socket.connect(`tcp://127.0.0.1:${ports[`${name}_port`]}`);
    }
    const kernel = new Kernel(child, folder, key, `tcp://127.0.0.1:${ports.iopub_port}`, sockets);
    void kernel.listen();
    // Published messages arrive once the subscription has reached the kernel.
    while (kernel.published.length === 0) {
      await kernel.request('kernel_info_request', {});
      await new Promise((resume) => setTimeout(resume, 50));
    }
    return kernel;
  }

  /** Reports messages published from now on. Returns a function that ends the subscription. */
  subscribe(take: (message: Message) => void): () => void {
    this.watchers.add(take);
    return () => this.watchers.delete(take);
  }

  /** Sends a request and returns its reply. */
  async request(type: string, content: object, channel: 'shell' | 'control' = 'shell'): Promise<Message> {
    return this.send(type, content, channel).reply;
  }

  /** Sends a request. */
  send(type: string, content: object, channel: 'shell' | 'control' = 'shell', metadata: object = {}) {
    const id = randomBytes(16).toString('hex');
    const header = {
      msg_id: id,
      msg_type: type,
      session: 'test',
      username: 'test',
      date: '',
      version: '5.3',
    };
    const reply = new Promise<Message>((take) => this.waiting.set(id, take));
    const sent = this.outgoing[channel].then(() =>
      this.sockets[channel].send(wire.writeMessage(this.key, { header, content, metadata })),
    );
    this.outgoing[channel] = sent;
    return { id, reply };
  }

  /** Runs a cell and waits for its reply and until it is idle. */
  async execute(code: string, content: object = {}, metadata: object = {}): Promise<Executed> {
    const { id, reply } = this.send(
      'execute_request',
      { code, silent: false, store_history: true, stop_on_error: true, ...content },
      'shell',
      metadata,
    );
    const messages: Message[] = [];
    const ended = new Promise<void>((end) => {
      const stop = this.subscribe((message) => {
        if (message.parent.msg_id !== id) return;
        messages.push(message);
        if (message.header.msg_type === 'status' && message.content.execution_state === 'idle') {
          stop();
          end();
        }
      });
    });
    const [{ content: replied }] = await Promise.all([reply, ended]);
    const texts = messages.filter(({ header }) => header.msg_type === 'stream');
    return { reply: replied, messages, text: texts.map(({ content: { text } }) => text).join('') };
  }

  /** Another front end, which subscribes but reads nothing. */
  slowFrontEnd(): zmq.Subscriber {
    const slow = new zmq.Subscriber({ receiveHighWaterMark: 1 });
    slow.subscribe();
    slow.connect(this.address);
    return slow;
  }

  /** Waits for a matching message to be published. */
  async heard(matches: (message: Message) => boolean): Promise<Message> {
    const found = this.published.find(matches);
    if (found !== undefined) return found;
    return new Promise((resolve) => {
      const stop = this.subscribe((message) => {
        if (!matches(message)) return;
        stop();
        resolve(message);
      });
    });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exit = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await exit;
    }
    for (const socket of Object.values(this.sockets)) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async listen(): Promise<void> {
    const replies = async (socket: zmq.Dealer) => {
      for await (const frames of socket) {
        const message = wire.readMessage(this.key, frames);
        this.waiting.get(message.parent.msg_id ?? '')?.(message);
      }
    };
    const publications = async () => {
      for await (const frames of this.sockets.iopub) {
        const message = wire.readMessage(this.key, frames);
        this.published.push(message);
        for (const take of [...this.watchers]) take(message);
      }
    };
    await Promise.all([replies(this.sockets.shell), replies(this.sockets.control), publications()]);
  }
}

/** Types of messages, with the execution state if there is one. */
export function told(messages: readonly Message[]): string[] {
  return messages.map(({ header, content }) =>
    [header.msg_type, content.execution_state].filter(Boolean).join(' '),
  );
}

/** The only message of a type. */
export function only(messages: readonly Message[], type: string): Record<string, unknown> {
  const found = messages.filter(({ header }) => header.msg_type === type);
  if (found.length !== 1)
    throw new Error(`${found.length} messages of type ${type}: ${told(messages).join(', ')}`);
  return found[0].content;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
