import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { nativeInfo, tf } from 'xkd/dist/tensor/native';
import { freshCopy, loadScript, root, runNode } from './support';

const shim = path.join(root, 'lib', 'tfjs-node');

interface TensorFlowStep {
  isDone(retryFallback?: boolean): boolean;
  key(): string;
}
interface Addons {
  sources(): string;
}

describe('the one TensorFlow', () => {
  it('is native and computes', () => {
    const info = nativeInfo();
    assert.equal(info.kind, 'native');
    assert.match(info.tensorflow, /^\d+\.\d+\.\d+/);
    assert.ok(info.threads >= 1);
    assert.deepEqual(
      tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 1])).arraySync()),
      [[3], [3]],
    );
  });

  it('is shared with danfojs-node', async () => {
    const program = `
      const danfo = require('danfojs-node');
      const { tf } = require('xkd/dist/tensor/native');
      const cores = Object.keys(require.cache).filter((file) => /tfjs-core\\/dist\\/tf-core\\.node\\.js$/.test(file));
      const sum = new danfo.Series([1, 2, 3]).tensor.sum().dataSync()[0];
      console.log(JSON.stringify([cores.length, sum, tf.getBackend()]));`;
    const { stdout, stderr, code } = await runNode(['-e', program]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout.trim().split('\n').at(-1)!), [1, 6, 'tensorflow']);
  });

  it('loads without a word, unless the user asks for its notices', async () => {
    const load = `require(${JSON.stringify(shim)})`;
    const quiet = await runNode(['-e', load], { env: { TF_CPP_MIN_LOG_LEVEL: undefined } });
    assert.equal(quiet.stderr, '');
    const loud = await runNode(['-e', load], { env: { TF_CPP_MIN_LOG_LEVEL: '0' } });
    // The processor determines which of them appear.
    assert.match(loud.stderr, /cpu_feature_guard|oneDNN/);
  });

  it('passes on what is no notice', async () => {
    const program = `
      process.env.TF_CPP_MIN_LOG_LEVEL = '2';
      const { quietly } = require(${JSON.stringify(path.join(shim, 'quiet.js'))});
      const value = quietly(() => {
        require('node:fs').writeSync(2, 'I0000 00:00:1 port.cc:153] a notice\\nE0000 00:00:1 cuda.cc:1] an error\\n');
        return 7;
      });
      console.error('after', value);`;
    const { stderr } = await runNode(['-e', program]);
    assert.equal(stderr, 'E0000 00:00:1 cuda.cc:1] an error\nafter 7\n');
  });

  it('says so where it is only the slow fallback', async () => {
    const folder = freshCopy();
    try {
      fs.mkdirSync(path.join(folder, '.native'));
      const chosen = { kind: 'fallback', tensorflow: 'none', device: 'cpu', reason: 'no wheel' };
      fs.writeFileSync(path.join(folder, '.native', 'backend.json'), JSON.stringify(chosen));
      const copied = path.join(folder, 'lib', 'tfjs-node');
      const program = `const tf = require(${JSON.stringify(copied)}); const sum = tf.ones([2, 2]).sum().dataSync()[0]; console.log(tf.getBackend(), sum);`;
      const { stdout, code, stderr } = await runNode(['-e', program]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^cpu 4$/m);
      const { fallbackNotice } = await loadScript<{ fallbackNotice(): string | undefined }>(
        'setup/tensorflow.mjs',
        folder,
      );
      assert.match(fallbackNotice() ?? '', /not in use \(no wheel\).*slower/);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it('tries our own addons again where it is asked to, or where their sources have changed', async () => {
    const folder = freshCopy();
    try {
      const { tensorflow } = await loadScript<{ tensorflow: TensorFlowStep }>('setup/tensorflow.mjs', folder);
      const { projectAddons } = await loadScript<{ projectAddons: Addons }>(
        'setup/project-addons.mjs',
        folder,
      );
      fs.mkdirSync(path.join(folder, '.native', 'addon'), { recursive: true });
      const failed = { kind: 'native', source: 'package', package: folder, withoutAddons: 'no compiler' };
      const note = (more: object) =>
        fs.writeFileSync(
          path.join(folder, '.native', 'backend.json'),
          JSON.stringify({ ...failed, ...more, key: tensorflow.key() }),
        );
      note({ addonsTried: projectAddons.sources() });
      assert.equal(tensorflow.isDone(), true);
      assert.equal(tensorflow.isDone(true), false);
      fs.appendFileSync(path.join(folder, 'lib', 'native', 'rows.c'), '\n');
      assert.equal(tensorflow.isDone(), false);
      note({ addonsTried: projectAddons.sources() });
      assert.equal(tensorflow.isDone(), true);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
