import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { notebookOf } from '../browser/notebookOf';
import { root, runNode } from './support';

const standIn = path.join(root, 'lib', 'tfjs-node');
const utilFunctions = path.join(standIn, 'util-functions.js');
/** Removes the functions that Node 23 and later lack, and `isArray`, whose removal was announced. */
const takeAway = `
  const util = require('node:util');
  for (const name of Object.keys(util)) if (/^is(?!DeepStrict|PartialDeep)[A-Z]/.test(name)) delete util[name];`;
/** Both ops are among those for which tfjs-node calls these functions. */
const compute = 'tf.topk(tf.concat([tf.tensor1d([1, 4]), tf.tensor1d([3])]), 2).values.arraySync()';

describe('Node without the util functions that tfjs-node calls', () => {
  let folder: string;
  let env: Record<string, string>;
  before(() => {
    fs.mkdirSync(path.join(root, 'runs'), { recursive: true });
    folder = fs.mkdtempSync(path.join(root, 'runs', 'node-')); // inside the project, so that cells find its packages
    fs.writeFileSync(path.join(folder, 'take-away.cjs'), takeAway);
    env = { NODE_OPTIONS: `--require ${path.join(folder, 'take-away.cjs')}` };
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  /** JSON that a program prints on its last line. Nothing may be written to stderr, least of all deprecation notices. */
  async function printed(args: readonly string[]): Promise<unknown> {
    const { code, stdout, stderr } = await runNode(args, { env });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  }

  it('is what these tests pretend', async () => {
    assert.equal(await printed(['-p', 'JSON.stringify(typeof require("util").isArray)']), 'undefined');
  });

  it('computes in lib', async () => {
    const program = `const { tf } = require('xkd/dist/tensor/native'); console.log(JSON.stringify(${compute}));`;
    assert.deepEqual(await printed(['-e', program]), [4, 3]);
  });

  it('computes in a worker thread', async () => {
    const inThread = `const { tf } = require('xkd/dist/tensor/native'); console.log(JSON.stringify(${compute}));`;
    const program = `new (require('node:worker_threads').Worker)(${JSON.stringify(inThread)}, { eval: true });`;
    assert.deepEqual(await printed(['-e', program]), [4, 3]);
  });

  it('computes in danfojs-node, which loads TensorFlow by itself', async () => {
    const program = `
      const danfo = require('danfojs-node');
      const tf = danfo.tensorflow;
      const sum = new danfo.DataFrame([[1, 2], [3, 4]]).tensor.sum().dataSync()[0];
      console.log(JSON.stringify([sum, ${compute}]));`;
    assert.deepEqual(await printed(['-e', program]), [10, [4, 3]]);
  });

  it("computes in set-up's check, also of a tfjs-node of the user", async () => {
    const check = path.join(root, 'scripts', 'setup', 'verify-tensorflow.mjs');
    const own = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
    const program = `
      const { verifyTensorFlow } = await import(${JSON.stringify(check)});
      const found = [await verifyTensorFlow(), await verifyTensorFlow(${JSON.stringify(own)})];
      console.log(JSON.stringify(found.map(({ works, reason }) => works || reason)));`;
    assert.deepEqual(await printed(['--input-type=module', '-e', program]), [true, true]);
  });

  it('computes in the command line', async () => {
    const script = path.join(root, 'scripts', 'xkd.mjs');
    const recorded = path.join(root, 'test', 'golden', 'mini_xkd');
    const { code, stderr } = await runNode([script, 'parity', recorded], { env });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /Deprecation/);
  });

  it('computes in a notebook, also with a tfjs-node that a cell loads itself', () => {
    const cells = [
      "import * as util from 'util';\nconsole.log(typeof (util as any).isNullOrUndefined);",
      "import * as danfo from 'danfojs-node';\nconsole.log(new danfo.Series([1, 2, 3]).sum());",
      `import { tf } from 'xkd';\nconsole.log(JSON.stringify(${compute}));`,
    ];
    const said = outputOf(cells, folder, env);
    assert.match(said, /function/);
    assert.match(said, /\b6\b/);
    assert.match(said, /\[4,3\]/);
    assert.doesNotMatch(said, /DEP\d+|Deprecation/);
  }).timeout(120_000);
});

describe('the util functions', () => {
  it('tell values apart as those of Node did', async () => {
    const program = `
      require(${JSON.stringify(utilFunctions)});
      const util = require('node:util');
      const values = [null, undefined, 0, '', false, Symbol(), [], {}, () => 0, /a/, new Date(), new TypeError(), Buffer.alloc(1)];
      const names = Object.keys(util).filter((name) => /^is(?!DeepStrict|PartialDeep)[A-Z]/.test(name));
      console.log(JSON.stringify(names.map((name) => [name, values.map((value) => Number(util[name](value))).join('')])));`;
    const { stdout, stderr } = await runNode(['-e', program]);
    assert.equal(stderr, '');
    assert.deepEqual(Object.fromEntries(JSON.parse(stdout) as [string, string][]), {
      isArray: '0000001000000',
      isBoolean: '0000100000000',
      isBuffer: '0000000000001',
      isDate: '0000000000100',
      isError: '0000000000010',
      isFunction: '0000000010000',
      isNull: '1000000000000',
      isNullOrUndefined: '1100000000000',
      isNumber: '0010000000000',
      isObject: '0000001101111',
      isPrimitive: '1111110000000',
      isRegExp: '0000000001000',
      isString: '0001000000000',
      isSymbol: '0000010000000',
      isUndefined: '0100000000000',
    });
  });
});

describe('the options that Node is started with', () => {
  it('are known to this Node', async () => {
    const program = `import(${JSON.stringify(path.join(standIn, 'environment.js'))})`;
    const show = await runNode([
      '-e',
      `${program}.then((all) => console.log(JSON.stringify(all.default.nodeFlags)))`,
    ]);
    const { code, stderr } = await runNode([...(JSON.parse(show.stdout) as string[]), '-e', '0']);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
  });
});

describe('TensorFlow', () => {
  it('is loaded through the stand-in, wherever the project loads it', () => {
    const offenders = ['lib', 'scripts', 'notebooks'].flatMap((area) =>
      filesBelow(path.join(root, area)).filter((file) => {
        const text = fs.readFileSync(file, 'utf8');
        return /(from|require\(|import\() ?\\?['"]@tensorflow\/(?!tfjs-node[/'"\\])/.test(text);
      }),
    );
    assert.deepEqual(
      offenders.map((file) => path.relative(root, file)),
      [
        'lib/tensor/native.browser.ts',
        'lib/tfjs-node/index.d.ts',
        'lib/tfjs-node/index.js',
        // Like the first, for browsers, which have no Node.
        'scripts/site/playground/backend.ts',
        'scripts/site/playground/tensorflow.ts',
      ],
    );
  });
});

function filesBelow(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory()) return /^(dist|node_modules|\.)/.test(entry.name) ? [] : filesBelow(inside);
    return /\.([cm]?[jt]s|ipynb)$/.test(entry.name) ? [inside] : [];
  });
}

/** Everything printed by cells, the kernel and nbconvert. */
function outputOf(cells: readonly string[], folder: string, env: Record<string, string>): string {
  const file = path.join(folder, 'cells.ipynb');
  fs.writeFileSync(file, JSON.stringify(notebookOf(cells)));
  const { status, stdout, stderr } = spawnSync(
    path.join(root, '.venv', 'bin', 'python'),
    ['-m', 'nbconvert', '--to', 'notebook', '--execute', '--stdout', file],
    { env: { ...process.env, ...env }, encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  const outputs = (JSON.parse(stdout) as { cells: { outputs: { text?: string | string[] }[] }[] }).cells;
  const texts = outputs.flatMap((cell) => cell.outputs.map(({ text }) => [text ?? ''].flat().join('')));
  return [...texts, stderr].join('\n');
}
