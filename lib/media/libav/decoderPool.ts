import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { MessageReader } from '../messages';
import { SilenceWatch } from '../silenceWatch';
import {
  decoderMessage,
  type DecoderEvents,
  type DecoderReply,
  type DecoderRequest,
  type DecoderRun,
} from './requests';

/** An idle decoder is ended after this time [ms]. */
const idleMs = 20_000;

/**
 * Pool of processes that decode with libav: as many as there are concurrent requests, kept for later
 * requests.
 */
export class DecoderPool {
  private readonly idle: Decoder[] = [];
  private readonly all = new Set<Decoder>();
  run(request: DecoderRequest, events: DecoderEvents): DecoderRun {
    const decoder = this.idle.pop() ?? this.start();
    decoder.run(request, {
      onBytes: (kind, bytes) => events.onBytes(kind, bytes),
      onReply: (reply) => {
        if (!reply.crash && reply.hungSeconds === undefined) this.idle.push(decoder);
        events.onReply(reply);
      },
    });
    return decoder;
  }

  /** Ends all decoders. */
  close(): void {
    for (const decoder of this.all) decoder.kill();
  }

  private start(): Decoder {
    const decoder = new Decoder({
      onRetire: () => {
        const place = this.idle.indexOf(decoder);
        if (place >= 0) this.idle.splice(place, 1);
      },
      onEnd: () => this.all.delete(decoder),
    });
    this.all.add(decoder);
    return decoder;
  }
}

interface DecoderLife {
  /** The decoder must not be given further requests. */
  onRetire(): void;
  /** The decoder has ended. */
  onEnd(): void;
}

class Decoder implements DecoderRun {
  private readonly child: ChildProcess;
  private readonly reader: MessageReader;
  private events: DecoderEvents | null = null;
  private idleTimer: NodeJS.Timeout | null = null;
  private readonly watch = new SilenceWatch(() => this.kill());

  constructor(private readonly life: DecoderLife) {
    // In its own session: Ctrl-C in a terminal or a notebook's interrupt reaches only this process.
    this.child = spawn(process.execPath, ['--no-warnings', join(__dirname, 'decoderProcess.js')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
      windowsHide: true,
    });
    this.reader = new MessageReader((kind, bytes) => {
      if (kind === decoderMessage.reply) this.reply(JSON.parse(bytes.toString('utf8')) as DecoderReply);
      else this.events?.onBytes(kind, bytes);
    });
    this.child.stdout!.on('data', (bytes: Buffer) => {
      this.watch.alive();
      this.reader.push(bytes);
    });
    this.child.stdin!.on('error', () => undefined);
    this.child.on('error', (error) =>
      this.reply({ failure: error.message, crash: { exitCode: null, signal: null } }),
    );
    this.child.on('close', (exitCode, signal) => {
      if (this.idleTimer) clearTimeout(this.idleTimer);
      life.onRetire();
      life.onEnd();
      const { isHung, seconds } = this.watch;
      this.reply(isHung ? { hungSeconds: seconds } : { crash: { exitCode, signal } });
    });
  }

  run(request: DecoderRequest, events: DecoderEvents): void {
    if (this.idleTimer) clearTimeout(this.idleTimer);
    this.events = events;
    this.watch.start();
    this.hold(true);
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  pause(): void {
    this.watch.pause();
    this.child.stdout!.pause();
  }

  resume(): void {
    this.watch.resume();
    this.child.stdout!.resume();
  }

  private reply(reply: DecoderReply): void {
    const { events } = this;
    this.events = null;
    this.watch.stop();
    if (!events) return;
    this.hold(false);
    this.resume();
    this.idleTimer = setTimeout(() => this.retire(), idleMs).unref();
    events.onReply(reply);
  }

  private retire(): void {
    this.life.onRetire();
    this.child.stdin!.end();
  }

  /** Sets whether the decoder keeps this program running: only while a request is in progress. */
  private hold(isHeld: boolean): void {
    const { stdin, stdout } = this.child;
    for (const handle of [this.child, stdin as unknown as Socket, stdout as unknown as Socket]) {
      if (isHeld) handle.ref();
      else handle.unref();
    }
  }
}
