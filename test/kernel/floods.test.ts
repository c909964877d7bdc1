import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kernel, told } from './kernelClient';

/** Access to the kernel from a cell, as in lib/notebook. */
const kernelInCell =
  "const kernel = (globalThis as any)[Symbol.for('xkd.kernel')]; const pause = () => new Promise((r) => setImmediate(r));";

describe('what the kernel says', function () {
  this.timeout(600_000);
  let kernel: Kernel;

  before(async () => {
    kernel = await Kernel.start();
    await kernel.execute(kernelInCell);
  });
  after(() => kernel?.stop());

  const lines = Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join('');

  it('arrives whole and in order: 100 000 lines at once, joined to a few messages', async () => {
    const { reply, messages, text } = await kernel.execute(
      'for (let i = 0; i < 100_000; i++) console.log(i);',
    );
    assert.equal(reply.status, 'ok');
    assert.ok(text === lines, 'lines are lost or out of order');
    assert.ok(messages.length < 1000, `${messages.length} messages`);
    assert.equal(told(messages).at(-1), 'status idle');
  });

  it('arrives whole and in order: 20 000 lines, each behind an await, on both streams', async () => {
    const { messages } = await kernel.execute(
      'for (let i = 0; i < 20_000; i++) { if (i % 1000) console.log(i); else console.error(i); await pause(); }',
    );
    const text = messages.map(({ content }) => content.text ?? '').join('');
    assert.ok(text === Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
  });

  it('arrives in few messages where it changes between the streams all the time, each in order', async () => {
    const { reply, messages } = await kernel.execute(
      'for (let i = 0; i < 20_000; i++) { console.log(i); console.error(i); }',
    );
    assert.equal(reply.status, 'ok');
    const expected = Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join('');
    for (const name of ['stdout', 'stderr']) {
      const own = messages.filter(({ content }) => content.name === name);
      assert.ok(own.map(({ content }) => String(content.text)).join('') === expected, name);
    }
    assert.ok(messages.length < 10_000, `${messages.length} messages`);
    const few = await kernel.execute('for (const i of [1, 2, 3]) { console.log(i); console.error(i); }');
    assert.equal(few.text, '1\n1\n2\n2\n3\n3\n');
  });

  it('is seen while a cell computes and gives nobody a turn', async () => {
    const running = kernel.execute(
      'console.log("before"); for (const end = Date.now() + 3000; Date.now() < end; );',
    );
    const end = running.then(() => 'end');
    const first = kernel.heard(({ content }) => content.text === 'before\n').then(() => 'text');
    assert.equal(await Promise.race([first, end]), 'text');
    await running;
  });

  it('arrives whole and in order: 5000 updates of a figure, between printed lines', async () => {
    const { reply, messages } = await kernel.execute(
      `kernel.display({ data: { 'text/plain': 'first' }, transient: { display_id: 'figure' } });
       for (let i = 0; i < 5000; i++) {
         kernel.display({ data: { 'text/plain': \`\${i}\`, 'x/y': 'z'.repeat(20_000) }, transient: { display_id: 'figure' } }, true);
         if (i % 100 === 0) { console.log('at', i); await pause(); }
       }`,
    );
    assert.equal(reply.status, 'ok');
    const updates = messages.filter(({ header }) => header.msg_type === 'update_display_data');
    const shown = updates.map(({ content }) =>
      Number((content.data as Record<string, string>)['text/plain']),
    );
    assert.deepEqual(
      shown,
      Array.from({ length: 5000 }, (_, i) => i),
    );
    const printed = messages.findIndex(({ content }) => content.text === 'at 4900\n');
    const drawn = messages.findIndex(
      ({ content }) => (content.data as Record<string, string>)?.['text/plain'] === '4900',
    );
    assert.equal(printed, drawn + 1);
  });

  it('is answered while a cell trains: 5000 messages of widgets, each with its end', async () => {
    await kernel.execute(
      "let heard: number[] = []; let go = true; kernel.comms.register('test', (comm: any) => { comm.onMessage = ({ i }: { i: number }) => { heard.push(i); comm.send({ i }); }; });",
    );
    const training = kernel.execute(
      'while (go) { for (const end = Date.now() + 5; Date.now() < end; ); await pause(); } heard.length',
    );
    kernel.send('comm_open', { comm_id: 'c', target_name: 'test', data: {} });
    const seen = kernel.published.length;
    const ids = new Set<string>();
    for (let i = 0; i < 5000; i += 1) {
      ids.add(kernel.send('comm_msg', { comm_id: 'c', data: { i } }).id);
    }
    const answers: number[] = [];
    const idle = new Set<string>();
    await new Promise<void>((done) => {
      const stop = kernel.subscribe(({ header, content, parent }) => {
        if (!ids.has(parent.msg_id ?? '')) return;
        if (header.msg_type === 'comm_msg') answers.push((content.data as { i: number }).i);
        if (content.execution_state === 'idle') idle.add(parent.msg_id!);
        if (idle.size < ids.size) return;
        stop();
        done();
      });
    });
    assert.ok(seen > 0);
    assert.deepEqual(
      answers,
      Array.from({ length: 5000 }, (_, i) => i),
    );
    kernel.send('comm_open', { comm_id: 'd', target_name: 'nobody', data: {} });
    await kernel.heard(({ header, content }) => header.msg_type === 'comm_close' && content.comm_id === 'd');
    await kernel.request('interrupt_request', {}, 'control');
    assert.equal((await training).reply.status, 'error');
  });

  it('does not pile up in memory where it is not taken: a front end that stands still, 400 MB', async () => {
    // With little memory for garbage that is not yet collected.
    const small = await Kernel.start({ environment: { NODE_OPTIONS: '--max-old-space-size=300' } });
    try {
      const peakMb = () => {
        const status = readFileSync(`/proc/${small.process.pid}/status`, 'utf8');
        return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
      };
      await small.execute('1');
      const before = peakMb();
      const slow = small.slowFrontEnd();
      await small.execute(kernelInCell);
      const { messages } = await small.execute(
        "for (let i = 0; i < 400; i++) kernel.display({ data: { 'x/y': `${i}`.padEnd(1_000_000) } });",
      );
      const sizes = messages
        .filter(({ header }) => header.msg_type === 'display_data')
        .map(({ content }) => (content.data as Record<string, string>)['x/y'].length);
      assert.deepEqual(sizes, Array(400).fill(1_000_000));
      const more = peakMb() - before;
      // If everything were kept, in strings and in the queues of both front ends, this would be 800 MB at least.
      assert.ok(more < 650, `${more} MB more`);
      slow.close();
      assert.equal((await small.execute('1')).reply.status, 'ok');
    } finally {
      await small.stop();
    }
  });

  it('is cut to the first and last lines where a page cannot hold it, and is whole in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'xkd-flood-'));
    const small = await Kernel.start({
      environment: { XKD_CELL_TEXT_MB: '1', TMPDIR: folder, NODE_OPTIONS: '--max-old-space-size=300' },
    });
    try {
      const line = (i: number) => `line ${i}`.padEnd(99) + '\n';
      const count = 1_000_000;
      const { messages, text } = await small.execute(
        `for (let i = 0; i < ${count}; i++) console.log(\`line \${i}\`.padEnd(99));
         console.error('last words'); throw new Error('the end');`,
      );
      const kinds = messages.map(({ header }) => header.msg_type).filter((type) => type !== 'status');
      const note = kinds.indexOf('display_data');
      assert.deepEqual([...new Set(kinds.slice(1, note))], ['stream']);
      assert.deepEqual(kinds.slice(-3), ['stream', 'stream', 'error']);
      assert.equal(messages.filter(({ header }) => header.msg_type === 'display_data').length, 1);

      const first = messages.filter(
        ({ header }, i) =>
          header.msg_type === 'stream' && i < messages.findIndex((m) => m.header.msg_type === 'display_data'),
      );
      const start = first.map(({ content }) => content.text).join('');
      assert.equal(start, Array.from({ length: 10_000 }, (_, i) => line(i)).join(''));
      const end = text.slice(start.length);
      assert.ok(end.length > 19_000 && end.length <= 20_000, `${end.length}`);
      const shown = Math.floor(end.length / 100);
      assert.equal(
        end,
        `${Array.from({ length: shown }, (_, i) => line(count - shown + i)).join('')}last words\n`,
      );

      const updates = messages.filter(({ header }) => header.msg_type === 'update_display_data');
      const { 'text/plain': sentence } = updates.at(-1)!.content.data as Record<string, string>;
      const [, lines, file] = /^\[([\d,]+) lines \(99\.0 MB\) left out: .* They are in (.*)\]$/.exec(
        sentence,
      )!;
      assert.equal(Number(lines.replaceAll(',', '')), count - 10_000 - shown);
      assert.deepEqual(
        readdirSync(folder).map((name) => join(folder, name)),
        [file],
      );
      const rest = readFileSync(file, 'utf8');
      assert.equal(rest.length, 100 * (count - 10_000) + 'last words\n'.length);
      assert.ok(rest.startsWith(line(10_000)) && rest.endsWith(`${line(count - 1)}last words\n`));
      assert.equal((await small.execute('console.log("next"); 1')).text, 'next\n');
    } finally {
      await small.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('is cut likewise if it cannot be kept, and says so', async () => {
    const small = await Kernel.start({ environment: { XKD_CELL_TEXT_MB: '0.1', TMPDIR: '/nowhere' } });
    try {
      const { messages, text } = await small.execute("process.stdout.write('x'.repeat(300_000)); 1");
      assert.equal(text, 'x'.repeat(120_000));
      const sentences = messages.map(
        ({ content }) => (content.data as Record<string, string>)?.['text/plain'],
      );
      assert.match(
        sentences.join(),
        /\[1 line \(0\.2 MB\) left out: .*\/nowhere\/.* could not be written \(ENOENT\)/,
      );
    } finally {
      await small.stop();
    }
  });

  it('is shown whole where it is cleared before it is too long', async () => {
    const small = await Kernel.start({ environment: { XKD_CELL_TEXT_MB: '0.1' } });
    try {
      await small.execute(kernelInCell);
      const { text } = await small.execute(
        "for (let i = 0; i < 5; i++) { console.log('x'.repeat(60_000)); kernel.clear(true); }",
      );
      assert.equal(text, `${'x'.repeat(60_000)}\n`.repeat(5));
    } finally {
      await small.stop();
    }
  });
});
