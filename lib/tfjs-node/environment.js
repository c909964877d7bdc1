const fs = require('node:fs');
const path = require('node:path');

/**
 * What TensorFlow reads from the environment while it loads: our value, if any, and what it means when the user has set
 * another one, which wins. Without a consequence it is an option like others, and nobody is told.
 */
const settings = [
  // Warnings and notices about the build stay out of notebooks and terminals; errors are shown.
  { name: 'TF_CPP_MIN_LOG_LEVEL', value: '2' },
  // Take GPU memory as it is needed instead of all of it at once.
  {
    name: 'TF_FORCE_GPU_ALLOW_GROWTH',
    value: 'true',
    consequence: 'TensorFlow takes all memory of the GPU at once',
  },
  // Each session has threads of its own number for the insides of ops (lib/tensor/graph/sessionSettings.ts).
  { name: 'TF_OVERRIDE_GLOBAL_THREADPOOL', value: '1' },
  {
    name: 'TF_SET_ONEDNN_FPMATH_MODE',
    consequence: 'matrix products are rounded whatever training.precision says',
  },
  // Of fp32 products a GPU would keep 10 bits of the operands: figures would not equal the original's.
  {
    name: 'NVIDIA_TF32_OVERRIDE',
    value: '0',
    consequence: 'products on the GPU have another precision than is tested',
  },
  { name: 'TF_XLA_FLAGS', consequence: 'graphs are compiled in a way that is not tested' },
];

/**
 * The environment in which TensorFlow is to be loaded: what is to be set, and what the user's own values change.
 *
 * @param env the user's
 * @param nvcc folder of the CUDA compiler that set-up placed; null without one
 */
function tensorflowEnvironment(env, nvcc = null) {
  const all = [...settings];
  if (env.XKD_DEVICE === 'cpu') {
    const consequence = 'XKD_DEVICE=cpu does not keep TensorFlow from the GPU';
    all.push({ name: 'CUDA_VISIBLE_DEVICES', value: '-1', consequence });
  }
  const values = {};
  const notices = [];
  for (const { name, value, consequence } of all) {
    const own = env[name];
    if (own === undefined && value !== undefined) values[name] = value;
    else if (own !== undefined && own !== value && consequence !== undefined)
      notices.push(
        `Your environment sets ${name}=${own}: ${consequence}; unset it to compute as is tested here.`,
      );
  }
  // Where the GPU build's compiler finds its tools.
  if (nvcc !== null && !/xla_gpu_cuda_data_dir/.test(env.XLA_FLAGS ?? ''))
    values.XLA_FLAGS = `${env.XLA_FLAGS ?? ''} --xla_gpu_cuda_data_dir=${nvcc}`.trim();
  return { values, notices };
}

/** Sets it for this process, and tells on stderr what the user's own values change: once, also for child processes. */
function setTensorflowEnvironment() {
  const nvcc = path.join(__dirname, '..', '..', '.native', 'nvidia', 'cuda_nvcc');
  const { values, notices } = tensorflowEnvironment(process.env, fs.existsSync(nvcc) ? nvcc : null);
  Object.assign(process.env, values);
  if (process.env.XKD_ENVIRONMENT_TOLD === undefined)
    for (const notice of notices) process.stderr.write(`xkd: ${notice}\n`);
  if (notices.length > 0) process.env.XKD_ENVIRONMENT_TOLD = '1';
}

/** Large tensors on large pages: on Linux the C library asks for them, if it is told to before a process starts. */
const largePages = 'glibc.malloc.hugetlb=1';

/**
 * What is to be added to the environment of a process that is started to compute: what is too late to be set in it.
 *
 * @param env the user's
 */
function startEnvironment(env) {
  const own = env.GLIBC_TUNABLES;
  if (process.platform !== 'linux' || /glibc\.malloc\.hugetlb=/.test(own ?? '')) return {};
  return { GLIBC_TUNABLES: own ? `${own}:${largePages}` : largePages };
}

/**
 * For a Node that trains. A heap that begins small is soon so nearly full that Node goes over all of it at every step of a
 * small preset; it is a limit, and takes no memory by itself.
 */
const nodeFlags = ['--initial-heap-size=1024'];

module.exports = { nodeFlags, startEnvironment, tensorflowEnvironment, setTensorflowEnvironment };
