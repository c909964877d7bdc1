import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { kernelModule, type Message } from './kernelClient';

const { readMessage, writeMessage, answer } = kernelModule('./wire.cjs') as {
  readMessage(key: string, frames: readonly Buffer[]): Message;
  writeMessage(key: string, message: object): Buffer[];
  answer(to: object | null, type: string, content: object, rest?: object): object;
};
const { searchHistory } = kernelModule('./history.cjs') as {
  searchHistory(history: readonly [number, string][], content: object): { history: unknown[] };
};
const { awaitsAtTop, forTslab, ipythonSentence, usingSentence } = kernelModule('./cellSource.cjs') as {
  awaitsAtTop(ts: unknown, source: string): boolean;
  forTslab(ts: unknown, source: string): string;
  ipythonSentence(source: string, lines: readonly number[]): string | null;
  usingSentence(source: string, lines: readonly number[]): string | null;
};
const { withoutUnassigned } = kernelModule('./declarations.cjs') as {
  withoutUnassigned(ts: unknown, before: string, behind: string, unassigned: Set<string>): string;
};
const ts: unknown = createRequire(kernelModule.resolve('tslab/dist/main.js'))('@tslab/typescript-for-tslab');

const key = 'secret';

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

  it('tell the history by its end, by a range, by a pattern', () => {
    const history: [number, string][] = [
      [1, 'const a = 1'],
      [2, 'a'],
      [3, 'const b = 2'],
      [4, 'a'],
    ];
    const found = (content: object) => searchHistory(history, content).history;
    assert.deepEqual(found({ hist_access_type: 'tail', n: 2 }), [
      [0, 3, 'const b = 2'],
      [0, 4, 'a'],
    ]);
    assert.deepEqual(found({ hist_access_type: 'range', start: 2, stop: 4, output: true }), [
      [0, 2, ['a', null]],
      [0, 3, ['const b = 2', null]],
    ]);
    assert.deepEqual(found({ hist_access_type: 'search', pattern: 'const ? =*', n: 1 }), [
      [0, 3, 'const b = 2'],
    ]);
    assert.deepEqual(found({ hist_access_type: 'search', pattern: 'a', unique: true }), [[0, 4, 'a']]);
    assert.deepEqual(found({ hist_access_type: 'search', pattern: 'a.*' }), []);
  });
});

describe('the text of a cell', () => {
  it('may name what an earlier cell declared in shorthand properties', () => {
    const written = (source: string) => forTslab(ts, source);
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

  it('may export declarations, as the code of a module does', () => {
    const written = (source: string) => forTslab(ts, source);
    assert.equal(
      written('export const a = 1;\nexport async function f() {}\n/** Two. */ export class C {}'),
      '       const a = 1;\n       async function f() {}\n/** Two. */        class C {}',
    );
    assert.equal(written('const q = 1;\nexport {\n  q };\nq'), 'const q = 1;\n        \n      \nq');
    for (const source of [
      'export default 4',
      "export { a } from 'b';",
      'export default function f() {}',
      'export { a as b };',
    ])
      assert.equal(written(source), source);
  });

  it('may await at its top, also what could be a call of something named await', () => {
    const top = [
      'await (async () => 3)()',
      'const m = [await [1]];',
      'if (a) { await `x` }',
      'for await (const x of y) {}',
    ];
    for (const source of top) assert.equal(awaitsAtTop(ts, source), true, source);
    const inside = [
      'const f = async () => await (3)',
      'class C { async m() { await (3) } }',
      '"await (3)"',
      'a.await(3)',
    ];
    for (const source of inside) assert.equal(awaitsAtTop(ts, source), false, source);
  });

  it('is told from one that declares a resource, which TypeScript 5.0 does not know', () => {
    const sentence = 'Cells do not know "using": declare t with const, and dispose of it in a finally block.';
    for (const line of [
      'using t = f();',
      'await using t = f();',
      '{ using t: T = f(); }',
      'for (using t of f());',
    ])
      assert.equal(usingSentence(`f();\n${line}`, [1]), sentence);
    for (const line of ['const using = 1;', 'using();', 'f(using, t = 1)', 'housing t = 1'])
      assert.equal(usingSentence(line, [0]), null, line);
    assert.equal(usingSentence('using t = f();\n1;', [1]), null);
  });

  it('is told from a command of IPython, on the lines that TypeScript refuses', () => {
    assert.match(ipythonSentence('%%time\nrun()', [0])!, /^"%%time" is a command .* console\.time\(\) /);
    assert.match(
      ipythonSentence('a;\n  !pip install x', [1])!,
      /^"!pip install x" .*\("pip install x"\)\)\)\.$/,
    );
    assert.match(ipythonSentence('%matplotlib inline', [0])!, /leave the line out/);
    for (const source of ['!missing', 'a % b', 'const s = `\n%%time\n`;', '!lsOf()'])
      assert.equal(ipythonSentence(source, [0]), null);
  });

  it('leaves, where the cell failed, the declarations of what it had assigned, and the earlier ones', () => {
    const before =
      'declare const a: string;\nimport fs, { join as j } from "x";\ninterface T {\n}\ndeclare class C {\n}\n';
    const behind =
      'import { p, q } from "y";\ndeclare const a: number, d: number;\ndeclare let e: boolean;\n' +
      'declare function f(): void;\ndeclare class C {\n    x: number;\n}\ninterface T {\n    z: number;\n}\n';
    const kept = (...unassigned: string[]) => withoutUnassigned(ts, before, behind, new Set(unassigned));
    assert.equal(kept(), behind);
    const withoutThree = kept('a', 'q', 'C');
    assert.match(
      withoutThree,
      /^import \{ p \} from "y";\ndeclare const d: number;\ndeclare let e: boolean;\n/,
    );
    assert.match(withoutThree, /declare const a: string;\ndeclare class C \{\n\}\n$/);
    assert.equal(withoutThree.match(/interface T/g)!.length, 1);
    assert.match(kept('j'), /import \{ join as j \} from "x";\n$/);
    assert.doesNotMatch(kept('f', 'p', 'q'), /function f|import/);
  });
});
