import fs from 'node:fs';
import path from 'node:path';
import { findCompiler } from './compiler.mjs';
import { execute } from './execute.mjs';
import { explainFailure } from './failure.mjs';
import { copyFileWhole, fingerprint, readText, writeFileWhole } from './files.mjs';
import { native, nativeAddons, nativeHeaders, nodeModules, root, scratch } from './paths.mjs';

const stamp = path.join(native, 'project-addons.stamp');
const title = "The project's own addons";
const sources = path.join(root, 'lib', 'native');

/**
 * Processor generations for which the loops are compiled, each with its instruction set; levels.c chooses.
 */
const levels =
  process.arch === 'x64'
    ? {
        plain: [],
        avx2: ['-mavx2', '-mfma'],
        avx512: ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx2', '-mfma'],
      }
    : { plain: [] };
// Multiply-adds are fused in the loops of the ops, where that doubles the speed. In the optimiser's loops they are not:
// results equal those of TensorFlow's own ops, and memory access dominates the time.
const fused = ['-ffp-contract=fast'];
const loops = { level: [], optimiser: [], attention: fused, layerNorm: fused, gelu: fused };
const viewLoops = { viewLevel: [], pictures: [], spectrum: [] };
const plain = ['kernels', 'opCall', 'workers', 'rows', 'levels', 'opLevels'];
const ops = ['optimiserOps', 'attentionOps', 'layerNormOps', 'geluOps', 'collectiveOps'];

/** Source files of each addon: `{ file, options }`. */
const addons = {
  quiet: [{ file: 'quiet.c' }],
  heap: [{ file: 'heap.c' }],
  graph: [...['graph', ...plain, ...ops].map((name) => ({ file: `${name}.c` })), ...ofLevels(loops)],
  mpi: ['mpi', 'ranks', 'jobs', 'beats'].map((name) => ({ file: `${name}.c` })),
  views: [{ file: 'views.c' }, { file: 'levels.c' }, ...ofLevels(viewLoops)],
};
const names = Object.keys(addons);
const placed = (name) => path.join(nativeAddons, `${name}.node`);

/**
 * The addons in lib/native. They are not linked to TensorFlow but look up its functions in the loaded library, so
 * that they also work with a user's own TensorFlow; its headers are compared if they exist.
 */
export const projectAddons = {
  title,
  isDone: () => readText(stamp) === stampText() && names.every((name) => fs.existsSync(placed(name))),
  /** Identifies a version of the sources. */
  sources: () => stampText(),
  remove: () => [stamp, ...names.map(placed)].forEach((file) => fs.rmSync(file, { force: true })),
  async run(line) {
    const compiler = await findCompiler(line);
    line.expect(compiler.usualSeconds / 5, `compiling with ${compiler.name}`);
    await Promise.all(names.map((name) => compile(compiler, name)));
    writeFileWhole(stamp, stampText());
    line.update(1, `compiled with ${compiler.name}`);
  },
};

function stampText() {
  const files = fs
    .readdirSync(sources, { recursive: true })
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  return fingerprint(
    ...files.map((name) => ({ file: path.join(sources, name) })),
    JSON.stringify([process.platform, process.arch, addons]),
  );
}

/** The files of loops, once for each level. */
function ofLevels(files) {
  return Object.entries(levels).flatMap(([level, instructions]) =>
    Object.entries(files).map(([name, figures]) => ({
      file: `loops/${name}.c`,
      options: [`-DLEVEL=${level}`, ...instructions, ...figures],
    })),
  );
}

async function compile(compiler, name) {
  const folder = path.join(scratch, 'project-addons');
  fs.mkdirSync(folder, { recursive: true });
  const run = async (args) => {
    const { code, output } = await execute(compiler.command, [...compiler.args, ...args], {
      env: compiler.env,
    });
    if (code !== 0) throw explainFailure(title, output);
  };
  const include = ['-I', path.join(nodeModules, 'node-api-headers', 'include'), '-I', nativeHeaders];
  // Results do not depend on the compiler: multiply-adds are not fused; and square roots need not set errno.
  const figures = ['-ffp-contract=off', '-fno-math-errno'];
  const options = ['-x', 'c', '-std=gnu11', '-O3', '-fPIC', '-DNAPI_VERSION=8', ...figures, ...include];
  // One by one: given several files, a C++ compiler compiles all but the first as C++.
  const objects = addons[name].map((_, i) => path.join(folder, `${name}${i}.o`));
  await Promise.all(
    addons[name].map(({ file, options: own = [] }, i) =>
      run([...options, ...own, '-c', path.join(sources, file), '-o', objects[i]]),
    ),
  );
  const shared =
    process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-ldl', '-lpthread', '-lm'];
  const output = path.join(folder, `${name}.node`);
  await run(['-shared', ...objects, ...shared, '-o', output]);
  copyFileWhole(output, placed(name));
}
