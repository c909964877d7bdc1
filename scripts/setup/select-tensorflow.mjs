export const tensorflowVersion = '2.21.0';

const gigabyte = 1e9;

/**
 * Chooses the build of TensorFlow for a machine from given facts only:
 * `{ platform, arch, glibc, hasNvidiaDriver, wish }`, where glibc is its version or undefined (another C library) and
 * wish is 'cpu', 'gpu' or undefined. Returns what to download,
 * `{ kind: 'wheel', distribution, version, platforms, libraries, device, cuda, downloadBytes, neededBytes, unusedGpu }`,
 * or `{ kind: 'fallback', reason }` if no wheel fits.
 */
export function selectTensorFlow({ platform, arch, glibc, hasNvidiaDriver = false, wish }) {
  if (platform === 'linux') {
    if (!isAtLeast('2.27', glibc)) {
      const has = glibc === undefined ? 'another C library' : `glibc ${glibc}`;
      return fallback(`TensorFlow's builds for Linux need glibc 2.27 or later, and this system has ${has}`);
    }
    if (arch === 'x64') return linuxX64(wish ? wish === 'gpu' : hasNvidiaDriver);
    if (arch === 'arm64') {
      const unusedGpu = hasNvidiaDriver ? 'TensorFlow is published without CUDA for Linux on arm64' : '';
      return wheel('tensorflow', linuxTags('aarch64'), 'so', 0.28, 1.6, { unusedGpu });
    }
  }
  if (platform === 'darwin' && arch === 'arm64')
    return wheel('tensorflow', ['macosx_12_0_arm64', 'macosx_11_0_arm64'], 'dylib', 0.26, 1.6);
  if (platform === 'darwin')
    return fallback('TensorFlow is no longer published for Macs with an Intel processor');
  return fallback(`TensorFlow is not published for ${platform} on ${arch}`);
}

/** One sentence for unsupported systems, or undefined. */
export function platformProblem(platform) {
  if (platform !== 'win32') return undefined;
  return 'On Windows XKD notebooks runs inside WSL2: install it with "wsl --install", open Ubuntu, install Node and Python there, and start again from there.';
}

function linuxX64(gpu) {
  if (gpu) return wheel('tensorflow', linuxTags('x86_64'), 'so', 0.58, 9, { device: 'gpu', cuda: true });
  return wheel('tensorflow-cpu', linuxTags('x86_64'), 'so', 0.28, 1.6);
}

function wheel(distribution, platforms, suffix, downloadGigabytes, neededGigabytes, more = {}) {
  return {
    kind: 'wheel',
    distribution,
    version: tensorflowVersion,
    platforms,
    libraries: ['cc', 'framework'].map((part) =>
      suffix === 'so' ? `libtensorflow_${part}.so.2` : `libtensorflow_${part}.2.dylib`,
    ),
    device: 'cpu',
    cuda: false,
    downloadBytes: downloadGigabytes * gigabyte,
    neededBytes: neededGigabytes * gigabyte,
    unusedGpu: '',
    ...more,
  };
}

function fallback(reason) {
  return { kind: 'fallback', reason };
}

function linuxTags(machine) {
  return ['manylinux_2_27', 'manylinux_2_17', 'manylinux2014'].map((tag) => `${tag}_${machine}`);
}

function isAtLeast(limit, version) {
  if (version === undefined) return false;
  const [major, minor] = version.split('.').map(Number);
  const [limitMajor, limitMinor] = limit.split('.').map(Number);
  return major > limitMajor || (major === limitMajor && minor >= limitMinor);
}
