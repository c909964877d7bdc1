import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { placeOps } from 'xkd/dist/tensor/placement';
import { root } from './support';

interface Environment {
  readonly values: Record<string, string>;
  readonly notices: readonly string[];
}
const folder = join(root, 'lib', 'tfjs-node');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { startEnvironment, tensorflowEnvironment } = require(join(folder, 'environment.js')) as {
  startEnvironment(env: Record<string, string>): Record<string, string>;
  tensorflowEnvironment(env: Record<string, string>, nvcc?: string | null): Environment;
};

describe('the place of ops', () => {
  it('is what TensorFlow reports, and the CPU ops of this project stay off a GPU', () => {
    const place = (device: 'cpu' | 'gpu', hasKernels: boolean) =>
      placeOps({ kind: 'native', device, hasKernels });
    assert.deepEqual(place('cpu', true), { device: 'cpu', fused: true });
    assert.deepEqual(place('cpu', false), { device: 'cpu', fused: false });
    assert.deepEqual(place('gpu', true), { device: 'gpu', fused: false });
    assert.deepEqual(placeOps({ kind: 'fallback', device: 'cpu', hasKernels: true }).fused, false);
  });
});

describe('the environment of a process that computes', () => {
  it("asks for large pages on Linux, beside the user's own choices", function () {
    if (process.platform !== 'linux') this.skip();
    const asked = 'glibc.malloc.hugetlb=1';
    assert.deepEqual(startEnvironment({}), { GLIBC_TUNABLES: asked });
    const own = 'glibc.malloc.arena_max=1';
    assert.deepEqual(startEnvironment({ GLIBC_TUNABLES: own }), { GLIBC_TUNABLES: `${own}:${asked}` });
    assert.deepEqual(startEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' }), {});
  });

  it('is that of the command line', () => {
    const script = join(root, 'scripts', 'xkd.mjs');
    const show = `--import=data:text/javascript,process.on('exit',()=>console.log(process.env.GLIBC_TUNABLES))`;
    const env = { ...process.env, NODE_OPTIONS: show, GLIBC_TUNABLES: 'glibc.malloc.perturb=0' };
    const { stdout } = spawnSync(process.execPath, [script, '--version'], { env, encoding: 'utf8' });
    const expected = process.platform === 'linux' ? ':glibc.malloc.hugetlb=1' : '';
    assert.ok(stdout.includes(`glibc.malloc.perturb=0${expected}\n`), stdout);
  });
});

describe('the environment of TensorFlow', () => {
  it('keeps it quiet and its GPU memory free, without a word where the user has set nothing', () => {
    const values = {
      TF_CPP_MIN_LOG_LEVEL: '2',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      TF_OVERRIDE_GLOBAL_THREADPOOL: '1',
      NVIDIA_TF32_OVERRIDE: '0',
    };
    assert.deepEqual(tensorflowEnvironment({}), { values, notices: [] });
  });

  it('hides GPUs where the CPU is asked for, unless the user shows them', () => {
    assert.equal(tensorflowEnvironment({ XKD_DEVICE: 'cpu' }).values.CUDA_VISIBLE_DEVICES, '-1');
    assert.equal('CUDA_VISIBLE_DEVICES' in tensorflowEnvironment({ XKD_DEVICE: 'gpu' }).values, false);
    const shown = tensorflowEnvironment({ XKD_DEVICE: 'cpu', CUDA_VISIBLE_DEVICES: '0' });
    assert.equal('CUDA_VISIBLE_DEVICES' in shown.values, false);
    assert.match(shown.notices.join(), /CUDA_VISIBLE_DEVICES=0: XKD_DEVICE=cpu does not keep/);
  });

  it("leaves the user's own values, and tells what they change", () => {
    const own = {
      TF_CPP_MIN_LOG_LEVEL: '0',
      TF_OVERRIDE_GLOBAL_THREADPOOL: '0',
      TF_FORCE_GPU_ALLOW_GROWTH: 'false',
      TF_SET_ONEDNN_FPMATH_MODE: 'BF16',
      NVIDIA_TF32_OVERRIDE: '1',
      TF_XLA_FLAGS: '--tf_xla_auto_jit=2',
    };
    const { values, notices } = tensorflowEnvironment(own);
    assert.deepEqual(values, {});
    assert.deepEqual(
      notices.map((notice) => /sets (\w+)=/.exec(notice)![1]),
      Object.keys(own).slice(2),
      'log level and threads are options like others',
    );
  });

  it('tells the CUDA compiler where its tools are, beside what the user tells it', () => {
    assert.equal(
      tensorflowEnvironment({ XLA_FLAGS: '--a' }, '/nvcc').values.XLA_FLAGS,
      '--a --xla_gpu_cuda_data_dir=/nvcc',
    );
    assert.equal(
      'XLA_FLAGS' in tensorflowEnvironment({ XLA_FLAGS: '--xla_gpu_cuda_data_dir=/own' }, '/nvcc').values,
      false,
    );
  });

  it('is told once on stderr where the user has changed it, also with child processes', () => {
    const load = `require(${JSON.stringify(folder)});`;
    const program = `${load} require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(load)}], { stdio: 'inherit' });`;
    const { stderr, status } = spawnSync(process.execPath, ['-e', program], {
      encoding: 'utf8',
      env: { ...process.env, TF_SET_ONEDNN_FPMATH_MODE: 'BF16' },
    });
    assert.equal(status, 0);
    const told = stderr
      .split('\n')
      .filter((line) => line.startsWith('xkd: Your environment sets TF_SET_ONEDNN_FPMATH_MODE=BF16'));
    assert.equal(told.length, 1, stderr);
  });
});
