import assert from 'node:assert/strict';
import { Kernel } from './kernelClient';

describe('interrupts of the kernel', function () {
  this.timeout(120_000);
  let kernel: Kernel;

  before(async () => {
    kernel = await Kernel.start();
  });
  after(() => kernel?.stop());

  /** Runs a cell, interrupts it once it says "on", and returns its outcome. */
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

  it('end, asked for three times, what computes behind an await', async () => {
    // The first may come before it computes, and gives the cell up, which goes on all the same.
    const ended = await interrupted(
      'await new Promise((r) => setTimeout(r, 0)); console.log("on"); await new Promise((r) => setTimeout(r, 0)); for (;;);',
      async () => {
        for (let asked = 0; asked < 3; asked++) {
          await byMessage();
          await new Promise((resume) => setTimeout(resume, 500));
        }
      },
    );
    assert.deepEqual(ended, ['error', 'Interrupted']);
    assert.equal((await kernel.execute('1')).reply.status, 'ok');
  });

  it('break nothing off in the kernel when they come while the next cell is compiled', async () => {
    for (const waitMs of [50, 200]) {
      await interrupted(busy, byMessage);
      const compiled = kernel.execute(
        `const names_${waitMs} = [1, 2].map((x) => x.toFixed()); await new Promise((r) => setTimeout(r, 3000));`,
      );
      await new Promise((resume) => setTimeout(resume, waitMs));
      await byMessage();
      // Interrupted, or run to its end where the interrupt came before it: either way the next one runs.
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
    bySignal();
    // The signal is taken notice of in the turn in which this is answered, or before.
    await kernel.request('kernel_info_request', {});
    assert.equal((await kernel.execute('1')).reply.status, 'ok');
  });

  it('are outlived by a shutdown, which is answered and ends the process', async () => {
    const exit = new Promise((resolve) => kernel.process.once('exit', (code) => resolve(code)));
    const reply = await kernel.request('shutdown_request', { restart: false }, 'control');
    assert.deepEqual([reply.content.status, reply.content.restart], ['ok', false]);
    assert.equal(await exit, 0);
  });
});
