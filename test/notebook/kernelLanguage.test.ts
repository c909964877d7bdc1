import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { projectPath } from 'xkd';

interface CompleteReply {
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: { readonly _jupyter_types_experimental: readonly { text: string; type: string }[] };
}

interface InspectReply {
  readonly found: boolean;
  readonly data: Readonly<Record<string, string>>;
}

interface Language {
  complete(declarations: string, code: string, cursor: number): Promise<CompleteReply>;
  inspect(declarations: string, code: string, cursor: number, detailLevel?: number): Promise<InspectReply>;
  isComplete(code: string): { readonly status: string; readonly indent?: string };
  addModule(name: string, code: string): void;
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

interface Converter {
  convert(declarations: string, code: string): { declOutput?: string; diagnostics: readonly object[] };
  close(): void;
}

const load = createRequire(projectPath('scripts/kernel/language.cjs'));
const { createLanguage } = load('./language.cjs') as {
  createLanguage(args: { folder: string }): Language;
};

describe('in the kernel, completion and inspection', () => {
  let language: Language;

  before(() => {
    language = createLanguage({ folder: projectPath('notebooks') });
  });

  after(() => language.close());

  /** A cell with its cursor written as `|`. Jupyter counts code points. */
  function cursorIn(cell: string): [code: string, cursor: number] {
    const [before, behind] = cell.split('|');
    return [before + behind, [...before].length];
  }

  async function complete(cell: string, declarations = '') {
    const [code, cursor] = cursorIn(cell);
    const { matches, cursor_start, cursor_end, metadata } = await language.complete(
      declarations,
      code,
      cursor,
    );
    const typeOf = (match: string) =>
      metadata._jupyter_types_experimental.find(({ text }) => text === match)?.type;
    return { matches, typed: [...code].slice(cursor_start, cursor_end).join(''), typeOf };
  }

  const inspect = (cell: string, declarations = '', detailLevel = 0) =>
    language.inspect(declarations, ...cursorIn(cell), detailLevel);

  it('offer the exports of xkd inside the braces of its import, and no globals', async () => {
    const all = await complete("import { | } from 'xkd'");
    for (const name of ['configure', 'openPretraining', 'tf', 'XkdConfig'])
      assert.ok(all.matches.includes(name), name);
    for (const name of ['Array', 'console', 'const', 'fetch']) assert.ok(!all.matches.includes(name), name);
    assert.equal(all.typeOf('configure'), 'function');
    const some = await complete("import { tf, confi| } from 'xkd'");
    assert.equal(some.typed, 'confi');
    assert.ok(some.matches.indexOf('configure') < some.matches.indexOf('XkdConfig'));
    assert.ok(!some.matches.includes('openPretraining'));
  });

  it('offer modules, members and names of earlier cells', async () => {
    assert.deepEqual((await complete("import { tf } from 'xk|'")).matches, ['xkd']);
    assert.ok((await complete("import fs from 'node:f|'")).matches.includes('node:fs/promises'));
    const earlier = "import { configure } from 'xkd';\ndeclare const config: import('xkd').XkdConfig;\n";
    const { matches, typeOf } = await complete('con|', earlier);
    assert.deepEqual(matches.slice(0, 3), ['config', 'configure', 'console']);
    assert.equal(typeOf('configure'), 'function');
    // Keywords come after other matching names.
    assert.ok(matches.indexOf('const') > matches.indexOf('console'));
    assert.deepEqual((await complete('config.mask.|', earlier)).matches, ['audio', 'video']);
  });

  it('offer keys by the type that is wanted, and the words of a text', async () => {
    const earlier = "import { configure } from 'xkd';\n";
    assert.ok((await complete("configure('|')", earlier)).matches.includes('nano-mats'));
    assert.deepEqual((await complete("configure('nano', { mask| })", earlier)).matches, [
      "'mask.audio'",
      "'mask.audio.kind'",
      "'mask.video'",
      "'mask.video.kind'",
    ]);
    const quoted = await complete("configure('nano', { 'mask.v|' })", earlier);
    assert.deepEqual([quoted.matches, quoted.typed], [['mask.video', 'mask.video.kind'], 'mask.v']);
  });

  it('count code points, as Jupyter does', async () => {
    const { matches, typed } = await complete("/* 😀😀 */ const s = '😀'; s.toUp|");
    assert.deepEqual([matches, typed], [['toUpperCase'], 'toUp']);
  });

  it('know what earlier cells left, as tslab keeps it', async () => {
    const { createConverter } = createRequire(load.resolve('tslab/dist/main.js'))('./converter.js') as {
      createConverter(): Converter;
    };
    const converter = createConverter();
    try {
      const { declOutput = '', diagnostics } = converter.convert(
        '',
        '/** How many. */\nlet amount = 3; interface Dial { reading: number }',
      );
      assert.deepEqual(diagnostics, []);
      assert.deepEqual((await complete('amou|', declOutput)).matches, ['amount']);
      assert.deepEqual((await complete('const d: Dial = { | }', declOutput)).matches, ['reading']);
      assert.match((await inspect('amo|unt', declOutput)).data['text/plain'], /let amount: number/);
    } finally {
      converter.close();
    }
  });

  it('know modules that are cells', async () => {
    language.addModule('gauge', '/** @module gauge */ export const needle = 1;');
    assert.deepEqual((await complete("import { | } from './gauge'")).matches.slice(0, 1), ['needle']);
  });

  it('tell the type and the documentation of a name', async () => {
    const { found, data } = await inspect("config|ure('nano')", "import { configure } from 'xkd';");
    assert.ok(found);
    for (const type of ['text/plain', 'text/markdown']) {
      assert.match(data[type], /configure\(preset: .*\): XkdConfig/);
      assert.match(data[type], /The configuration of a preset with some keys changed\./);
      assert.match(data[type], /preset`?: a key of presets, or the release's name of one/);
    }
    assert.ok(!data['text/plain'].includes('alias'));
  });

  it('tell the signature inside parentheses, with the parameter at the cursor', async () => {
    const { data } = await inspect("'a'.padStart(3, |)");
    assert.ok(
      data['text/plain'].startsWith(
        'padStart(maxLength: number, fillString?: string): string\n                            ^^^^^^^^^^\n',
      ),
      data['text/plain'],
    );
    assert.match(data['text/markdown'], /- `maxLength`: .*\n[^]*- \*\*`fillString`\*\*: The string to pad/);
    const long = (await inspect("configure('nano', {|})", "import { configure } from 'xkd';")).data[
      'text/plain'
    ];
    assert.match(long, /\n {2}overrides\?: NamedOverrides,\n {2}\^{9}\n\): XkdConfig\n/);
  });

  it('list all overloads where more is asked for', async () => {
    const overloads = async (detail: number) =>
      (await inspect('[1].reduce(|)', '', detail)).data['text/plain'].match(/^reduce/gm)?.length;
    assert.deepEqual([await overloads(0), await overloads(1)], [1, 3]);
    assert.match((await inspect('[1].reduce(|)')).data['text/plain'], /and 2 more overloads/);
  });

  it('have no answer where there is nothing', async () => {
    assert.deepEqual(await inspect('const x = 1;  |'), {
      status: 'ok',
      found: false,
      data: {},
      metadata: {},
    });
    assert.deepEqual((await complete('// a remark|')).matches, []);
  });

  it('answer a question that comes beside others, and again after the thread was closed', async () => {
    const cells = ["'a'.padE|", "'a'.toUp|", '[1].findLastI|'];
    const answers = await Promise.all(cells.map((cell) => complete(cell)));
    assert.deepEqual(
      answers.map(({ matches }) => matches),
      [['padEnd'], ['toUpperCase'], []],
    );
    await language.close();
    assert.deepEqual((await complete("'a'.padE|")).matches, ['padEnd']);
  });
});

describe('in the kernel, is_complete', () => {
  const { isComplete } = createLanguage({ folder: projectPath('notebooks') });

  it('tells what can be run', () => {
    for (const code of [
      '',
      '1 + 1',
      'await tick()',
      'for await (const x of xs) show(x);',
      'const s = <string>text;',
      '/** @module gauge */\nexport const needle = 1;',
      '/** @module view\n @jsx */\nexport const view = <b>x</b>;',
      'const a = `${1}`',
      // Two empty lines submit the input, whatever it is.
      'const a = [\n\n',
    ]) {
      assert.deepEqual(isComplete(code), { status: 'complete' }, code);
    }
  });

  it('tells what goes on in the next line, and how far in', () => {
    for (const [code, indent] of [
      ['for (const a of b) {', '  '],
      ['class Gauge {\n  read() {', '    '],
      ['const a = [\n  1,', '  '],
      ['configure(', '  '],
      ['const s = `abc', ''],
      ['/* a remark', ''],
      ['const a = // later', ''],
      ['const f = (a, b: number', ''],
      ['import { configure', '  '],
    ]) {
      assert.deepEqual(isComplete(code), { status: 'incomplete', indent }, code);
    }
  });

  it('tells what can never become right', () => {
    for (const code of ['const = 3;', ')', "const s = 'abc", 'else', 'const a = {]', 'f(1))', 'let 1x = 2']) {
      assert.deepEqual(isComplete(code), { status: 'invalid' }, code);
    }
  });
});
