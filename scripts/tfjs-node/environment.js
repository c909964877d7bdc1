// What TensorFlow reads from the environment while it loads. A value that the user has set wins.
const defaults = {
  // Warnings and notices about the build stay out of notebooks and terminals; errors are shown.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Take GPU memory as it is needed instead of all of it at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};

for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;
