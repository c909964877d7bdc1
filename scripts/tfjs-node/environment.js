const fs = require('node:fs');
const path = require('node:path');

// What TensorFlow reads from the environment while it loads. A value that the user has set wins.
const defaults = {
  // Warnings and notices about the build stay out of notebooks and terminals; errors are shown.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Take GPU memory as it is needed instead of all of it at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};

for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;

// Where the GPU build's compiler finds its tools, in the CUDA packages that set-up placed.
const nvcc = path.join(__dirname, '..', '..', '.native', 'nvidia', 'cuda_nvcc');
if (fs.existsSync(nvcc) && !/xla_gpu_cuda_data_dir/.test(process.env.XLA_FLAGS ?? '')) {
  process.env.XLA_FLAGS = `${process.env.XLA_FLAGS ?? ''} --xla_gpu_cuda_data_dir=${nvcc}`.trim();
}
