import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { projectPath } from 'xkd';

/** A message of the front end, in the parts that these tests look at. */
interface Message {
  readonly header: { readonly msg_type: string; readonly msg_id?: string };
  readonly parent: { readonly msg_id?: string };
  readonly metadata: object;
  readonly content: Record<string, unknown>;
  readonly buffers: readonly Buffer[];
}

const load = createRequire(projectPath('scripts/kernel/patch.cjs'));
const { readMessage, writeMessage, answer } = load('./wire.cjs') as {
  readMessage(key: string, frames: readonly Buffer[]): Message;
  writeMessage(key: string, message: object): Buffer[];
  answer(to: object | null, type: string, content: object, rest?: object): object;
};
const { addMessages } = load('./messages.cjs') as { addMessages(jupyter: FakeTslab): FakeComms };
const { letCellsEnd } = load('./interrupt.cjs') as { letCellsEnd(executor: object): void };
const { writeOutShorthands } = load('./shorthand.cjs') as {
  writeOutShorthands(ts: unknown, source: string): string;
};

interface FakeComm {
  readonly id: string;
  onMessage: ((data: object) => void) | null;
  onClose: (() => void) | null;
  send(data: object): void;
  close(): void;
}

interface FakeComms {
  readonly frontEnd: boolean;
  open(target: string, args?: object): FakeComm;
  register(target: string, accept: (comm: FakeComm) => void): void;
}

interface FakeTslab {
  readonly ZmqServer: new () => FakeServer;
  readonly JupyterHandlerImpl: new () => { handleExecuteImpl(request: object): Promise<void> };
}

interface FakeServer {
  handleShellMessage(socket: object, ...frames: Buffer[]): Promise<void>;
}

const key = 'secret';

/** tslab's classes without sockets; cells run until they are let go. */
function fakeKernel() {
  const cells: (() => void)[] = [];
  class JupyterHandlerImpl {
    async handleExecuteImpl(): Promise<void> {
      await new Promise<void>((done) => cells.push(done));
    }
  }
  const handler = new JupyterHandlerImpl();
  const published: Message[] = [];
  const replies: Message[] = [];
  const socketTo = (list: Message[]) => ({
    send: (frames: Buffer[]) => list.push(readMessage(key, frames)),
  });
  class ZmqServer {
    connInfo = { key };
    iopub = socketTo(published);
    async handleShellMessage(socket: object, ...frames: Buffer[]): Promise<void> {
      const { header, content } = readMessage(key, frames);
      if (header.msg_type === 'execute_request')
        await this.handleExecute(socket, { identity: [], header, content });
    }
    async handleExecute(
      _socket: object,
      message: { identity: Buffer[]; header: object; content: object },
    ): Promise<void> {
      await (handler.handleExecuteImpl as (request: object) => Promise<void>)(message.content);
    }
  }
  // As `this` is of no concern to the fake handler, its method may be called by itself.
  const tslab = { ZmqServer, JupyterHandlerImpl } as unknown as FakeTslab;
  const comms = addMessages(tslab);
  const server = new tslab.ZmqServer();
  let ids = 0;
  const receive = (type: string, content: object) => {
    const header = { msg_id: `m${ids++}`, msg_type: type, session: 's', username: 'u' };
    return server.handleShellMessage(socketTo(replies), ...writeMessage(key, { header, content }));
  };
  return { comms, cells, published, replies, receive };
}

/** Types of messages, with the state or the channel that they tell of. */
const told = (messages: readonly Message[]) =>
  messages.map(({ header, content }) =>
    [header.msg_type, content.execution_state ?? content.comm_id].join(' '),
  );

describe("the kernel's messages", () => {
  it('are signed and read back, with buffers; a wrong signature is refused', () => {
    const request = { identities: [Buffer.from('me')], header: { msg_id: 'a', session: 's', username: 'u' } };
    const message = answer(request, 'comm_msg', { comm_id: 'c' }, { buffers: [Buffer.from([1, 2])] });
    const frames = writeMessage(key, message);
    const read = readMessage(key, frames);
    assert.deepEqual(
      [read.header.msg_type, read.parent.msg_id, read.content],
      ['comm_msg', 'a', { comm_id: 'c' }],
    );
    assert.deepEqual([...read.buffers[0]], [1, 2]);
    assert.throws(() => readMessage('other', frames), /wrong signature/);
    assert.throws(() => readMessage(key, frames.slice(0, 4)), /cut off/);
    assert.equal(readMessage('', writeMessage('', message)).header.msg_type, 'comm_msg');
  });

  it('answer a question for comms, which tells that a front end knows widgets', async () => {
    const { comms, receive, replies, published } = fakeKernel();
    assert.equal(comms.frontEnd, false);
    await receive('comm_info_request', { target_name: 'jupyter.widget' });
    assert.deepEqual(
      replies.map(({ header, content }) => [header.msg_type, content]),
      [['comm_info_reply', { status: 'ok', comms: {} }]],
    );
    assert.deepEqual(told(published), ['status busy', 'status idle']);
    assert.equal(comms.frontEnd, true);
  });

  it('carry channels both ways while a cell runs, and the kernel stays busy', async () => {
    const { comms, cells, receive, published, replies } = fakeKernel();
    const running = receive('execute_request', { code: '' });
    const comm = comms.open('jupyter.widget', { data: { state: {} }, metadata: { version: '2.1.0' } });
    const heard: object[] = [];
    comm.onMessage = (data) => {
      heard.push(data);
      comm.send({ method: 'update' });
    };
    await receive('comm_msg', { comm_id: comm.id, data: { method: 'update', state: { value: 2 } } });
    assert.deepEqual(heard, [{ method: 'update', state: { value: 2 } }]);
    assert.deepEqual(told(published), [
      `comm_open ${comm.id}`,
      'status busy',
      `comm_msg ${comm.id}`,
      'status idle',
      'status busy',
    ]);
    assert.deepEqual(published[0].metadata, { version: '2.1.0' });
    assert.deepEqual(
      published.map(({ parent }) => parent.msg_id),
      ['m0', 'm1', 'm1', 'm1', 'm0'],
    );
    await receive('comm_info_request', {});
    assert.deepEqual(replies[0].content.comms, { [comm.id]: { target_name: 'jupyter.widget' } });
    published.length = 0;
    cells[0]();
    await running;
    assert.deepEqual(told(published), []);
    comm.close();
    comm.send({ late: true });
    assert.deepEqual(told(published), [`comm_close ${comm.id}`]);
  });

  it('open and close channels from the front end; an unknown target is closed', async () => {
    const { comms, cells, receive, published } = fakeKernel();
    void receive('execute_request', { code: '' });
    cells[0]();
    let accepted: FakeComm | null = null;
    let closed = false;
    comms.register('mine', (comm) => {
      accepted = comm;
      comm.onClose = () => (closed = true);
    });
    await receive('comm_open', { comm_id: 'x', target_name: 'mine', data: {} });
    await receive('comm_close', { comm_id: 'x' });
    assert.deepEqual([(accepted as FakeComm | null)?.id, closed], ['x', true]);
    published.length = 0;
    await receive('comm_open', { comm_id: 'y', target_name: 'strange', data: {} });
    assert.ok(told(published).includes('comm_close y'));
  });
});

describe("the kernel's cells", () => {
  function fakeExecutor() {
    const calls: string[] = [];
    const executor = {
      createExecutor: () => ({
        execute: async () => calls.push('execute') > 0,
        interrupt: () => calls.push('interrupt'),
        locals: {},
      }),
    };
    letCellsEnd(executor);
    return { calls, cells: executor.createExecutor() as unknown as Cells };
  }

  interface Cells {
    execute(): Promise<boolean>;
    interrupt(): void;
  }

  it('are abandoned by an interrupt that none of them listens for', async () => {
    const { calls, cells } = fakeExecutor();
    const others = process.listeners('SIGINT');
    process.removeAllListeners('SIGINT');
    cells.interrupt();
    others.forEach((listener) => process.on('SIGINT', listener));
    assert.deepEqual(calls, ['interrupt']);
  });

  it('end by themselves if they listen, count as failed, and a second interrupt abandons them', async () => {
    const { calls, cells } = fakeExecutor();
    const listeners = [() => undefined, () => undefined];
    listeners.forEach((listener) => process.on('SIGINT', listener));
    const { error } = console;
    const told: string[] = [];
    console.error = (sentence: string) => void told.push(sentence);
    const first = cells.execute();
    cells.interrupt();
    assert.equal(await first, false);
    console.error = error;
    assert.deepEqual(told, ['Interrupted: cells that waited behind this one were not run.']);
    assert.deepEqual(calls, ['execute']);
    assert.equal(await cells.execute(), true);
    cells.interrupt();
    cells.interrupt();
    listeners.forEach((listener) => process.off('SIGINT', listener));
    assert.deepEqual(calls, ['execute', 'execute', 'interrupt']);
  });

  it('may name what an earlier cell declared in shorthand properties', () => {
    const ts = createRequire(require.resolve('tslab/dist/main.js'))('@tslab/typescript-for-tslab');
    const written = (source: string) => writeOutShorthands(ts, source);
    assert.equal(
      written('f({ figure, names: [a], b: { c } })'),
      'f({ figure: figure, names: [a], b: { c: c } })',
    );
    assert.equal(written('({ a = 1 } = b)'), '({ a: a = 1 } = b)');
    assert.equal(
      written('const { a } = b; `${f({ a })}` + "{ a }"'),
      'const { a } = b; `${f({ a: a })}` + "{ a }"',
    );
    assert.equal(written('const x = {'), 'const x = {');
  });
});
