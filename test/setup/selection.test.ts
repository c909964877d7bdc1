import assert from 'node:assert/strict';
import { loadScript } from './support';

interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly glibc?: string;
  readonly hasNvidiaDriver?: boolean;
  readonly wish?: 'cpu' | 'gpu';
}
interface Selection {
  readonly kind: 'wheel' | 'fallback';
  readonly distribution: string;
  readonly version: string;
  readonly platforms: readonly string[];
  readonly libraries: readonly string[];
  readonly device: string;
  readonly cuda: boolean;
  readonly unusedGpu: string;
  readonly reason: string;
}
interface TensorFlowSelection {
  selectTensorFlow(machine: Machine): Selection;
  platformProblem(platform: string): string | undefined;
}
interface CompilerSelection {
  selectCompiler(facts: {
    cxx?: string;
    found: readonly string[];
    platform: string;
    hasXcodeTools?: boolean;
  }): { kind: string; command: string; args: string[] };
}

const linux: Machine = { platform: 'linux', arch: 'x64', glibc: '2.36' };

describe('choice of the TensorFlow build', () => {
  let select: TensorFlowSelection['selectTensorFlow'];
  let platformProblem: TensorFlowSelection['platformProblem'];
  before(async () => {
    const module = await loadScript<TensorFlowSelection>('setup/select-tensorflow.mjs');
    select = module.selectTensorFlow;
    platformProblem = module.platformProblem;
  });

  it('takes the CPU build on Linux x64', () => {
    const choice = select(linux);
    assert.equal(choice.distribution, 'tensorflow-cpu');
    assert.equal(choice.device, 'cpu');
    assert.equal(choice.cuda, false);
    assert.deepEqual(choice.libraries, ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
    assert.ok(choice.platforms.every((tag) => /^manylinux.*_x86_64$/.test(tag)));
  });

  it('takes the GPU build with CUDA where an NVIDIA driver is, unless the user wants the CPU', () => {
    const choice = select({ ...linux, hasNvidiaDriver: true });
    assert.equal(choice.distribution, 'tensorflow');
    assert.equal(choice.device, 'gpu');
    assert.equal(choice.cuda, true);
    assert.equal(select({ ...linux, hasNvidiaDriver: true, wish: 'cpu' }).distribution, 'tensorflow-cpu');
    assert.equal(select({ ...linux, wish: 'gpu' }).cuda, true);
  });

  it('takes the one build there is on Linux arm64, and says that it leaves a GPU unused', () => {
    const choice = select({ ...linux, arch: 'arm64', hasNvidiaDriver: true });
    assert.equal(choice.distribution, 'tensorflow');
    assert.equal(choice.cuda, false);
    assert.match(choice.unusedGpu, /without CUDA/);
    assert.ok(choice.platforms.every((tag) => tag.endsWith('_aarch64')));
    assert.equal(select({ ...linux, arch: 'arm64' }).unusedGpu, '');
  });

  it('takes dynamic libraries by their names on a Mac with an Apple processor', () => {
    const choice = select({ platform: 'darwin', arch: 'arm64' });
    assert.equal(choice.distribution, 'tensorflow');
    assert.deepEqual(choice.libraries, ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']);
    assert.ok(choice.platforms.every((tag) => /^macosx_.*_arm64$/.test(tag)));
  });

  it('falls back with a reason where no wheel fits', () => {
    for (const [machine, reason] of [
      [{ platform: 'darwin', arch: 'x64' }, /Intel/],
      [{ ...linux, glibc: '2.17' }, /glibc 2\.27.*glibc 2\.17/],
      [{ ...linux, glibc: undefined }, /another C library/],
      [{ ...linux, arch: 'riscv64' }, /riscv64/],
    ] as const) {
      const choice = select(machine);
      assert.equal(choice.kind, 'fallback');
      assert.match(choice.reason, reason);
    }
    assert.equal(select({ ...linux, glibc: '2.27' }).kind, 'wheel');
    assert.equal(select({ ...linux, glibc: '3.0' }).kind, 'wheel');
  });

  it('points to WSL2 on Windows', () => {
    assert.match(platformProblem('win32') ?? '', /WSL2/);
    assert.equal(platformProblem('linux'), undefined);
  });
});

describe('choice of the compiler', () => {
  let select: CompilerSelection['selectCompiler'];
  before(async () => {
    select = (await loadScript<CompilerSelection>('setup/select-compiler.mjs')).selectCompiler;
  });

  it('prefers CXX with its arguments, then what is on PATH', () => {
    const ccache = select({ cxx: 'ccache g++ -m64', found: ['c++'], platform: 'linux' });
    assert.deepEqual([ccache.command, ...ccache.args], ['ccache', 'g++', '-m64']);
    assert.equal(select({ found: ['clang++', 'g++'], platform: 'linux' }).command, 'g++');
    assert.equal(select({ found: ['clang++'], platform: 'linux' }).command, 'clang++');
  });

  it("takes ziglang's where there is none, and where macOS only has placeholders", () => {
    const zig = { kind: 'ziglang', command: 'python', args: ['-m', 'ziglang', 'c++'] };
    assert.deepEqual(select({ found: [], platform: 'linux' }), zig);
    assert.deepEqual(select({ found: ['c++', 'clang++'], platform: 'darwin', hasXcodeTools: false }), zig);
    assert.equal(select({ found: ['c++'], platform: 'darwin', hasXcodeTools: true }).kind, 'system');
  });
});
