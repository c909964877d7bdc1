import path from 'node:path';
import { execute } from './execute.mjs';
import { root } from './paths.mjs';

const utilFunctions = path.join(root, 'lib', 'tfjs-node', 'util-functions.js');
const program = `
const tf = require(process.env.XKD_VERIFY);
const product = tf.matMul(tf.ones([64, 32]), tf.fill([32, 16], 0.5)).sum().dataSync()[0];
if (product !== 64 * 16 * 16) throw new Error('a product of matrices came out as ' + product);
const backend = tf.backend();
console.log('\\nverified ' + JSON.stringify({
  tensorflow: backend.binding ? backend.binding.TF_Version : tf.version.tfjs,
  device: backend.isUsingGpuDevice ? 'gpu' : 'cpu',
  native: Boolean(backend.binding),
}));
`;

/**
 * Loads TensorFlow in a separate process, multiplies two matrices, and returns
 * `{ works: true, tensorflow, device, native }` or `{ works: false, reason }`. Default: the project's TensorFlow.
 */
export async function verifyTensorFlow(packagePath = path.join(root, 'lib', 'tfjs-node')) {
  const { code, output, signal } = await execute(process.execPath, ['-r', utilFunctions, '-e', program], {
    env: { XKD_VERIFY: packagePath, TF_CPP_MIN_LOG_LEVEL: '1', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
  });
  const result = /^verified (.*)$/m.exec(output)?.[1];
  if (code === 0 && result) return { works: true, ...JSON.parse(result) };
  const lines = output
    .split('\n')
    .map((text) => text.trim())
    .filter(Boolean);
  const told =
    lines.find((text) => /Error:|F\d{4} |The TensorFlow library was compiled/.test(text)) ??
    lines.pop() ??
    '';
  return { works: false, reason: told.slice(0, 300) || `the process was ended by ${signal ?? code}` };
}
