import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Kernel, only, told } from './kernelClient';

describe('cells in the kernel', function () {
  this.timeout(120_000);
  let kernel: Kernel;

  before(async () => {
    kernel = await Kernel.start();
  });
  after(() => kernel?.stop());

  const fails = async (code: string) => {
    const { reply, messages } = await kernel.execute(code);
    assert.equal(reply.status, 'error');
    const error = only(messages, 'error') as { ename: string; evalue: string; traceback: string[] };
    assert.deepEqual(
      [reply.ename, reply.evalue, reply.traceback],
      [error.ename, error.evalue, error.traceback],
    );
    return { ...error, shown: error.traceback.join('\n') };
  };
  const valueOf = async (code: string) => {
    const { reply, messages } = await kernel.execute(code);
    assert.equal(reply.status, 'ok', JSON.stringify(reply));
    const results = messages.filter(({ header }) => header.msg_type === 'execute_result');
    return results.length === 0 ? null : (results[0].content.data as Record<string, string>)['text/plain'];
  };

  it('are answered in the order that the protocol asks for, and counted', async () => {
    const first = await kernel.execute('console.log("out"); console.error("err"); 1 + 1');
    assert.deepEqual(told(first.messages), [
      'status busy',
      'execute_input',
      'stream',
      'stream',
      'execute_result',
      'status idle',
    ]);
    const count = first.reply.execution_count as number;
    assert.equal(only(first.messages, 'execute_input').execution_count, count);
    assert.equal(only(first.messages, 'execute_result').execution_count, count);
    assert.equal((await kernel.execute('2')).reply.execution_count, count + 1);
    const silent = await kernel.execute('3', { silent: true });
    assert.deepEqual(told(silent.messages), ['status busy', 'status idle']);
    assert.equal((await kernel.execute('4')).reply.execution_count, count + 2);
  });

  it('tell an error with the line of the cell, a frame of code, and none of the frames of the kernel', async () => {
    const { ename, evalue, shown } = await fails(
      '// a comment\ninterface Box { x: number }\nfunction f(box: Box): void {\n  throw new RangeError(`bad ${box.x}`);\n}\n\nf({ x: 3 });',
    );
    assert.deepEqual([ename, evalue], ['RangeError', 'bad 3']);
    assert.match(shown, /> 4 \| {3}throw new RangeError/);
    assert.match(shown, /at f \(cell \[\d+\], line 4\)\n {4}at cell \[\d+\], line 7$/);
    assert.doesNotMatch(shown, /tslab|evalmachine|scripts\/kernel|node:/);
  });

  it('tell where they call a function of an earlier cell, also where both are on lines of one number', async () => {
    const { execution_count: defined } = (
      await kernel.execute('\nconst thrower = () => { throw new Error("q"); };')
    ).reply;
    for (const [source, line] of [
      ['\nthrower();\n1;', 2],
      ['thrower();\n1;', 1],
      ['[1].map(() =>\n  thrower());', 2],
    ] as const) {
      const { shown } = await fails(source);
      const where = new RegExp(
        `at thrower \\(cell \\[${defined}\\], line 2\\)\\n {4}at cell \\[\\d+\\], line ${line}(\\n|$)`,
      );
      assert.match(shown, where);
      assert.doesNotMatch(shown, /Proxy/);
    }
  });

  it('tell an error that throws when it is read, and run on', async () => {
    for (const property of ['name', 'message', 'stack', 'cause']) {
      const { shown } = await fails(
        `throw Object.defineProperty(new Error('a'), '${property}', { get() { throw new Error('no ${property}'); } });`,
      );
      assert.equal(shown, 'The cell threw something that throws itself when it is read.', property);
    }
    await fails(
      "throw new Proxy({}, { get() { throw new Error('no'); }, getPrototypeOf() { throw null; } });",
    );
    await fails("({ [Symbol.for('xkd.show')]: () => ({ 'application/json': 1n }) })");
    assert.equal(await valueOf('1 + 1'), '2');
  });

  it('print no halves of characters, which Jupyter could not write into a file', async () => {
    const { messages } = await kernel.execute(
      String.raw`console.log('a\ud83d|\ude00b|\ud83d\ude00|\\ud83d')`,
    );
    assert.equal(only(messages, 'stream').text, 'a\ufffd|\ufffdb|\u{1f600}|\\ud83d\n');
  });

  it('tell the line also behind an await, in what an earlier cell declared, and of a cause', async () => {
    await kernel.execute(
      'async function later(): Promise<never> {\n  await null;\n  throw new Error("late");\n}',
    );
    const { shown } = await fails(
      'try {\n  await later();\n} catch (cause) {\n  throw new Error("outer", { cause });\n}',
    );
    assert.match(shown, /^Error: outer\n[^]*> 4 \|/);
    assert.match(shown, /caused by Error: late\n[^]*> 3 \| {3}throw new Error\("late"\)/);
  });

  it('know the namespaces of all cells before, until their names are declared anew', async () => {
    await valueOf(
      'namespace Shapes { export interface Point { x: number } export const zero: Point = { x: 0 }; }',
    );
    await valueOf('1');
    assert.equal(await valueOf('const point: Shapes.Point = Shapes.zero; point.x'), '0');
    await valueOf("const Shapes = 'none';");
    assert.equal(await valueOf('Shapes.length'), '4');
  });

  it('may await what stands in parentheses', async () => {
    assert.equal(await valueOf('await (async () => 3)()'), '3');
  });

  it('print errors with the lines of the cell, and none of the frames of the kernel', async () => {
    const code = `await null;\nfunction thrower() {\n  throw new Error('caught');\n}\n`;
    const { text } = await kernel.execute(
      `${code}try {\n  thrower();\n} catch (error) {\n  console.log(error);\n}`,
    );
    const cell = /cell-\d+/.exec(text)?.[0];
    assert.deepEqual(text.trim().split('\n'), [
      'Error: caught',
      `    at thrower (${cell}.ts:3:9)`,
      `    at ${cell}.ts:6:3`,
    ]);
    const value = await valueOf("const inValue = [new Error('inner')];\ninValue");
    assert.match(value ?? '', /^\[\n {2}Error: inner\n {6}at cell-\d+\.ts:1:18\n/);
    assert.doesNotMatch(value ?? '', /tslab|node:|kernel/);
  });

  it('tell a type error with an excerpt and a mark', async () => {
    const { ename, evalue, shown } = await fails('const fine = 1;\nconst word: string = 4;');
    assert.equal(ename, 'TypeScriptError');
    assert.equal(evalue, "Type 'number' is not assignable to type 'string'. (TS2322)");
    assert.match(shown, /line 2: Type 'number'[^]*> 2 \| const word: string = 4;\n {4}\| {7}\^{4}/);
  });

  it("tell a user's mistake as its one sentence", async () => {
    const { ename, evalue, shown } = await fails(
      "import { configure } from 'xkd';\nconfigure('nano', { 'training.stepz': 3 } as never);",
    );
    assert.equal(ename, 'UserError');
    assert.equal(shown, evalue);
    assert.match(evalue, /did you mean "training\.steps"\?$/);
  });

  it('tell the frames of xkd by their lines of TypeScript', async () => {
    const { shown } = await fails("import { mmd } from 'xkd';\nmmd(null as never, null as never);");
    assert.match(shown, /^Error: The args passed in customGrad/);
    assert.match(shown, /\(package @tensorflow\/tfjs-core\)/);
    assert.match(shown, /\(lib\/losses\/\w+\.ts:\d+\)/);
  });

  it('say in a sentence that a package is for browsers', async () => {
    const { shown } = await fails("import plotly from 'plotly.js-dist-min';\nplotly;");
    assert.match(shown, /^plotly\.js-dist-min runs in browsers only: it needs "self", .*show\(figure\)\.$/);
    assert.ok(shown.length < 400);
  });

  it('share their names: functions and timers see what a later cell assigns or declares anew', async () => {
    await valueOf(
      `let rate = 0.1; let count = 0; let isOver = false; let { a, b: [c] } = { a: 1, b: [2] };
       enum Kind { first = 1 } class Box { kind() { return Kind.first + 0; } }
       function step() { return rate + a + c; } const twice = () => 2 * step();
       function increase() { count += 1; return count; }
       const over = new Promise<void>((end) => { const timer = setInterval(() => { if (isOver) { clearInterval(timer); end(); } }, 5); });`,
    );
    assert.equal(await valueOf('rate = 1; count = 10; isOver = true; [step(), twice(), increase(), count]'), '[ 4, 8, 11, 11 ]'); // prettier-ignore
    await valueOf('await over;');
    assert.equal(await valueOf('[rate, a] = [5, 6]; twice()'), '26');
    await valueOf(`function step() { return -1; }\nenum Kind { first = 7 }`);
    assert.equal(await valueOf('[twice(), new Box().kind()]'), '[ -2, 7 ]');
    await valueOf('const value = 1, value_ = 2, sum = () => value + value_;');
    assert.equal(await valueOf('const value = 10, value_ = 20;\nsum()'), '30');
    await valueOf('let λ = 1, größe = 2; const sumOf = () => λ + größe;');
    assert.equal(await valueOf('λ = 5;\nsumOf()'), '7');
    assert.equal(await valueOf('const größe = 6, λ = 4;\nsumOf()'), '10');
    await valueOf('let often = 0; const readOften = () => often;');
    for (let i = 1; i <= 25; i++) await valueOf(`let often = ${i};`);
    assert.equal(await valueOf('readOften()'), '25');
    await valueOf('for (var turns = 0; turns < 3; turns++);\nconst readTurns = () => turns;');
    assert.equal(await valueOf('var turns = 8;\nreadTurns()'), '8');
    await valueOf('const join = () => "own"; const callJoin = () => join();');
    await valueOf("import { join } from 'node:path';");
    assert.equal(await valueOf('callJoin()'), "'.'");
    // A cell that is interrupted goes on, and assigns what the next run declares again.
    const slow = 'const slow = await new Promise<number>((end) => setTimeout(end, 600, 3));';
    const running = kernel.execute(slow);
    await kernel.heard(({ header, content }) => header.msg_type === 'execute_input' && content.code === slow);
    await kernel.request('interrupt_request', {}, 'control');
    assert.equal((await running).reply.status, 'error');
    await new Promise((resume) => setTimeout(resume, 800));
    assert.equal(await valueOf(`${slow}\nslow`), '3');
    await fails('const early = () => late;\nthrow new Error("before");\nconst late = 1;');
    assert.equal(await valueOf('const late = 2;\nlate'), '2');
    assert.match(
      (await fails('const soon = () => later;\nsoon();\nconst later = 1;')).shown,
      /before initialization/,
    );
  });

  it('have null and functions without a name as values', async () => {
    assert.equal(await valueOf('null'), 'null');
    assert.equal(await valueOf('"abc".match(/x/)'), 'null');
    assert.equal(await valueOf('undefined'), null);
    assert.equal(await valueOf('() => 1'), '[Function (anonymous)]');
  });

  it('show what processes print that they start, and streams that are ended', async () => {
    const { text } = await kernel.execute(
      `import cp from 'node:child_process';
       import { once } from 'node:events';
       import { pipeline } from 'node:stream/promises';
       import { Readable } from 'node:stream';
       cp.execSync('echo one; echo two >&2', { stdio: 'inherit' });
       cp.spawnSync('echo', ['three'], { stdio: 'inherit' });
       await once(cp.spawn('echo', ['four'], { stdio: ['ignore', 'inherit', 'inherit'] }), 'close');
       try { cp.execSync('echo five; exit 3', { stdio: 'inherit' }); } catch (error) { console.log((error as any).status); }
       for (const word of ['six', 'seven']) await pipeline(Readable.from([word + '\\n']), process.stdout);
       console.log(String(cp.execSync('echo eight')).trim());
       process.stdout.end('nine\\n');
       cp.execSync('echo hidden >&2', { stdio: ['ignore', 'inherit', 'ignore'] });`,
    );
    const long = await kernel.execute(
      "cp.execSync(`${process.execPath} -e \"console.log('x'.repeat(3e6))\"`, { stdio: 'inherit' });",
    );
    assert.equal(long.text.length, 3e6 + 1);
    assert.deepEqual(text.trim().split('\n').sort(), ['3', 'eight', 'five', 'four', 'nine', 'one', 'seven', 'six', 'three', 'two']); // prettier-ignore
    const file = join(mkdtempSync(join(tmpdir(), 'xkd-fork-')), 'child.js');
    writeFileSync(file, 'console.log("forked"); process.send("hello");');
    const forked = await kernel.execute(
      `const child = cp.fork(${JSON.stringify(file)});\nconst [word] = await once(child, 'message');\nawait once(child, 'close');\nconsole.log(word);`,
    );
    assert.equal(forked.text, 'forked\nhello\n');
    rmSync(dirname(file), { recursive: true });
  });

  it('answer expressions of front ends, which they do not evaluate', async () => {
    const { reply } = await kernel.execute('1 + 1', { user_expressions: { a: '1 + 2' } });
    const { a } = reply.user_expressions as Record<string, { status: string; evalue: string }>;
    assert.equal(a.status, 'error');
    assert.match(a.evalue, /evaluates no user expressions/);
  });

  it('name the line of a cell in errors of TensorFlow, and no file that is not there', async () => {
    await kernel.execute("import { tf } from 'xkd';");
    const { shown } = await fails('const ones = tf.ones([2]);\ntf.zeros([2]).reshape([3]);');
    assert.match(shown, /^> 2 \|/m);
    assert.match(shown, /at cell \[\d+\], line 2/);
    assert.doesNotMatch((await fails("require('nonexistent');")).shown, /src\.js/);
    const { text } = await kernel.execute("console.trace('here');");
    assert.doesNotMatch(text, /scripts/);
    assert.match(
      (await fails("prompt('name?');")).shown,
      /^prompt\(\) belongs to pages of the web: assign the value in the cell\.$/,
    );
  });

  it('show a figure of one’s own, as Plotly takes it', async () => {
    const { messages } = await kernel.execute(
      "import { show } from 'xkd';\nawait show({ data: [{ y: [1, 2, 3] }], layout: { title: { text: 'mine' } } });",
    );
    const { data } = only(messages, 'display_data') as { data: Record<string, unknown> };
    assert.equal(data['text/plain'], 'Figure: mine.');
    assert.match((await fails('await show(3 as any);')).shown, /^show\(\) takes a figure: one of xkd/);
  });

  it('may make consoles of their own', async () => {
    const { text } = await kernel.execute(
      "import { Console } from 'node:console';\nnew Console(process.stdout).log(1);\nnew console.Console(process.stdout).log(2);",
    );
    assert.equal(text, '1\n2\n');
  });

  it('tell what is thrown that is no error', async () => {
    assert.equal((await fails("throw 'plain words';")).shown, 'Thrown: plain words');
    assert.equal((await fails('throw { a: 1 };')).shown, 'Thrown: { a: 1 }');
    assert.equal((await fails('throw undefined;')).shown, 'Thrown: undefined');
  });

  it('leave their imports and what they have assigned before they failed', async () => {
    await kernel.execute('const old = "before"; const same = 1;');
    await fails(
      "import { basename } from 'node:path';\nlet early = 5;\nconst same = 2;\nif (early > 3) throw new Error('stop');\nconst never = 1;\nconst old = 3;",
    );
    assert.equal(await valueOf('[early, same, old, basename("a/b")]'), "[ 5, 2, 'before', 'b' ]");
    const { evalue } = await fails('never');
    assert.match(evalue, /never/);
  });

  it('abort those that were asked for before they failed, and no later one', async () => {
    const runs = ['await new Promise((r) => setTimeout(r, 200)); throw new Error("first");', '1', '2'].map(
      (code) => kernel.execute(code),
    );
    const [failed, ...waiting] = await Promise.all(runs);
    assert.equal(failed.reply.status, 'error');
    assert.deepEqual(
      waiting.map(({ reply, messages }) => [reply, told(messages)]),
      waiting.map(() => [{ status: 'aborted' }, ['status busy', 'status idle']]),
    );
    assert.equal(await valueOf('3'), '3');
    const [, next] = await Promise.all([
      kernel.execute('throw new Error("again")', { stop_on_error: false }),
      kernel.execute('4'),
    ]);
    assert.equal(next.reply.status, 'ok');
  });

  it('abort those that were sent together with one that fails at once', async () => {
    const [failed, ...others] = await Promise.all(
      ['throw new Error("at once")', '1', '2'].map((code) => kernel.execute(code)),
    );
    assert.equal(failed.reply.status, 'error');
    assert.deepEqual(
      others.map(({ reply }) => reply.status),
      ['aborted', 'aborted'],
    );
    assert.equal(await valueOf('5'), '5');
  });

  it('say what fails where nobody waits for it', async () => {
    await kernel.execute(
      'setTimeout(() => { throw new Error("alone"); }, 0); void Promise.reject(new Error("unheard"));',
    );
    const texts = () =>
      kernel.published
        .map(({ header, content }) => (header.msg_type === 'stream' ? String(content.text) : ''))
        .join('');
    await kernel.heard(() => /Error: alone[^]*/.test(texts()) && /Error: unheard/.test(texts()));
    assert.doesNotMatch(texts(), /scripts\/kernel/);
  });

  it('are not read from the keyboard', async () => {
    const { shown } = await fails(
      "import * as readline from 'node:readline/promises';\nawait readline.createInterface(process.stdin).question('name? ');",
    );
    assert.match(shown, /^A cell of a notebook cannot read from the keyboard: /);
    assert.match((await fails("(globalThis as any).prompt('name?')")).shown, /cannot read from the keyboard/);
  });

  it('import files beside, below and above the notebook, and what those import', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'xkd-above-'));
    const files = {
      'helper.ts':
        "import { three } from './other/deep';\nimport { own } from './notebooks/own';\nexport const sum = (x: number): number => x * three + own;",
      'other/deep.ts': 'export const three = 3;',
      'notebooks/own.ts': 'export const own = 100;',
      'plain.js': 'module.exports = { next: (x) => x + 1 };',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const inside = await Kernel.start({ cwd: join(folder, 'notebooks') });
    try {
      const { text } = await inside.execute(
        "import { sum } from '../helper';\nimport { own } from './own';\nimport { next } from '../plain';\nconsole.log(sum(4), own, next(1));",
      );
      assert.equal(text, '112 100 2\n');
    } finally {
      await inside.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('do not end the kernel by process.exit, neither at once nor later', async () => {
    await kernel.execute('const kept = 4;');
    for (const code of [
      'process.exit(1);',
      'await null; try { process.exit(); } catch {} await new Promise(() => undefined);',
    ])
      assert.match((await fails(code)).shown, /^process\.exit\(\) in a cell would end the kernel/);
    assert.equal((await kernel.execute('console.log(kept);')).text, '4\n');
  });

  it('work with tslab modules and its display', async () => {
    const { messages } = await kernel.execute(
      "import { display } from 'tslab';\ndisplay.html('<b>bold</b>');",
    );
    assert.deepEqual(only(messages, 'display_data').data, { 'text/html': '<b>bold</b>' });
  });
});
