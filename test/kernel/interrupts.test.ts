import assert from 'node:assert/strict';
import { Kernel } from './kernelClient';

describe('interrupts of the kernel', function () {
  this.timeout(120_000);
  let kernel: Kernel;

  before(async () => {
    kernel = await Kernel.start();
  });
  after(() => kernel?.stop());

  /** Runs a cell, interrupts it once it prints "on", and returns its outcome. */
  async function interrupted(code: string, how: () => unknown) {
    const seen = kernel.published.length;
    const running = kernel.execute(code);
    await kernel.heard(
      (message) => kernel.published.indexOf(message) >= seen && message.content.text === 'on\n',
    );
    await how();
    const { reply } = await running;
    return [reply.status, reply.ename];
  }
  const byMessage = () => kernel.request('interrupt_request', {}, 'control');
  const bySignal = () => kernel.process.kill('SIGINT');
  const waiting = 'await null; console.log("on"); await new Promise(() => undefined);';
  const busy = 'console.log("on"); for (;;);';

  for (const [name, how] of [
    ['a message', byMessage],
    ['a signal', bySignal],
  ] as const) {
    it(`end, by ${name}, a cell that waits and one that computes, and keep its names`, async () => {
      assert.deepEqual(await interrupted(`const reached = 1;\n${waiting}`, how), ['error', 'Interrupted']);
      assert.deepEqual(await interrupted(busy, how), ['error', 'Interrupted']);
      assert.equal((await kernel.execute('reached')).reply.status, 'ok');
    });
  }

  it('end, asked for twice within moments, synchronous code, and not the kernel', async () => {
    const ended = await interrupted(busy, async () => {
      const first = byMessage();
      await new Promise((resume) => setTimeout(resume, 2));
      await Promise.all([first, byMessage(), byMessage()]);
    });
    assert.deepEqual(ended, ['error', 'Interrupted']);
    assert.equal((await kernel.execute('1')).reply.status, 'ok');
  });

  it('end, asked for once, what computes behind an await, for cells that follow', async () => {
    const computing = 'await new Promise((r) => setTimeout(r, 0)); console.log("on"); for (;;);';
    assert.deepEqual(await interrupted(computing, byMessage), ['error', 'Interrupted']);
    // Here the interrupt comes before the computation: the cell is abandoned, and its continuation is interrupted as well.
    const later = 'console.log("on"); await new Promise((r) => setTimeout(r, 100)); for (;;);';
    assert.deepEqual(await interrupted(later, byMessage), ['error', 'Interrupted']);
    await new Promise((resume) => setTimeout(resume, 300));
    const next = kernel.execute('1');
    await byMessage();
    // Either interrupted, or finished before the interrupt request was handled: in both cases the cell has a reply.
    await next;
    assert.equal((await kernel.execute('1')).reply.status, 'ok');
  });

  it('end a loop that waits, so that it prints nothing below later cells', async function () {
    if (Number(process.versions.node.split('.')[0]) < 24) this.skip(); // Node cannot tell whose code it is
    const loop = 'for (let i = 0; ; i++) { console.log("on"); await new Promise((r) => setTimeout(r, 20)); }';
    const timer = 'setInterval(() => console.log("on"), 20); await new Promise(() => undefined);';
    for (const code of [loop, timer]) {
      assert.deepEqual(await interrupted(code, byMessage), ['error', 'Interrupted']);
      const { text } = await kernel.execute(
        'await new Promise((r) => setTimeout(r, 500)); console.log("next");',
      );
      assert.equal(text, 'next\n');
    }
  });

  it('let such a loop clean up, with no word of it', async function () {
    if (Number(process.versions.node.split('.')[0]) < 24) this.skip(); // as above
    await interrupted(
      `let closed = false;
       try { for (;;) { process.stdout.write("on\\n"); await new Promise((r) => setTimeout(r, 20)); } }
       finally { console.log("closing"); closed = true; }`,
      byMessage,
    );
    const { text } = await kernel.execute(
      'await new Promise((r) => setTimeout(r, 500)); console.log(closed);',
    );
    assert.equal(text, 'true\n');
  });

  it('end neither the kernel nor what it translates, however often they are asked for', async () => {
    for (let round = 0; round < 5; round++) {
      const behind = kernel.execute(`const seen_${round} = [1, 2].map((x) => x.toFixed()); for (;;);`);
      for (let asked = 0; asked < 4; asked++) {
        await byMessage();
        await new Promise((resume) => setTimeout(resume, 37 * round));
      }
      await behind;
      assert.equal((await kernel.execute('1 + 1')).reply.status, 'ok');
    }
  });

  it('break nothing off in the kernel when they come while the next cell is compiled', async () => {
    for (const waitMs of [50, 200]) {
      await interrupted(busy, byMessage);
      const compiled = kernel.execute(
        `const names_${waitMs} = [1, 2].map((x) => x.toFixed()); await new Promise((r) => setTimeout(r, 3000));`,
      );
      await new Promise((resume) => setTimeout(resume, waitMs));
      await byMessage();
      // Either interrupted, or finished because the interrupt came before it: in both cases the next cell runs.
      await compiled;
      assert.equal((await kernel.execute('1 + 1')).reply.status, 'ok');
    }
  });

  it('let a cell that listens end by itself, with those behind it not run', async () => {
    const seen = kernel.published.length;
    const listening = kernel.execute(
      'const ended = new Promise<void>((end) => process.once("SIGINT", () => end()));\nawait null;\nconsole.log("on");\nawait ended;\nconst last = 7;',
    );
    const behind = kernel.execute('1');
    await kernel.heard(
      (message) => kernel.published.indexOf(message) >= seen && message.content.text === 'on\n',
    );
    await byMessage();
    const { reply, text } = await listening;
    assert.deepEqual([reply.status, reply.ename], ['error', 'Interrupted']);
    assert.match(text, /the cells queued after this one were not run/);
    assert.equal((await behind).reply.status, 'aborted');
    assert.equal((await kernel.execute('last')).reply.status, 'ok');
  });

  it('end a cell that listens but computes, at the second one', async () => {
    await kernel.execute('const deaf = () => undefined;\nprocess.on("SIGINT", deaf);');
    const seen = kernel.published.length;
    const running = kernel.execute('await null;\nconsole.log("computing");\nfor (;;);');
    await kernel.heard(
      (message) => kernel.published.indexOf(message) >= seen && message.content.text === 'computing\n',
    );
    for (let i = 0; i < 2; i++) await byMessage();
    assert.equal((await running).reply.ename, 'Interrupted');
    assert.equal((await kernel.execute('process.off("SIGINT", deaf);\n1')).reply.status, 'ok');
  });

  it('hold for the cell that waits when they come between two, while memory is freed', async () => {
    for (let round = 0; round < 3; round++) {
      const first = kernel.execute(
        "import { tf } from 'xkd';\nconst many = [...Array(2000).keys()].map((i) => tf.scalar(i));",
      );
      const behind = kernel.execute('await new Promise((resume) => setTimeout(resume, 10_000));');
      assert.equal((await first).reply.status, 'ok');
      await byMessage();
      assert.notEqual((await behind).reply.status, 'ok');
    }
  });

  it('do nothing while no cell runs', async () => {
    await byMessage();
    assert.equal((await kernel.execute('1')).reply.status, 'ok');
    bySignal();
    // Signals are not ordered with requests: let the signal arrive first.
    await new Promise((resume) => setTimeout(resume, 1000));
    assert.equal((await kernel.execute('1')).reply.status, 'ok');
  });

  it('are outlived by a shutdown, which is answered and ends the process', async () => {
    const exit = new Promise((resolve) => kernel.process.once('exit', (code) => resolve(code)));
    const reply = await kernel.request('shutdown_request', { restart: false }, 'control');
    assert.deepEqual([reply.content.status, reply.content.restart], ['ok', false]);
    assert.equal(await exit, 0);
  });
});
