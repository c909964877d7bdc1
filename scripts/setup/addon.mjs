import fs from 'node:fs';
import path from 'node:path';
import { findCompiler } from './compiler.mjs';
import { execute } from './execute.mjs';
import { explainFailure } from './failure.mjs';
import { copyFileWhole, fingerprint, readText, writeFileWhole } from './files.mjs';
import {
  compiledAddon,
  native,
  nativeAddons,
  nativeHeaders,
  nativeLibraries,
  nodeModules,
  placedAddon,
  scratch,
  tfjsNode,
} from './paths.mjs';

const stamp = path.join(native, 'addon.stamp');
const title = 'TensorFlow addon';
const bindingSources = ['tfjs_backend', 'tfjs_binding'].map((name) =>
  path.join(tfjsNode, 'binding', `${name}.cc`),
);

/** tfjs-node's addon, compiled from the sources in its npm package against the TensorFlow library. */
export function tensorflowAddon(selection) {
  const stampText = () =>
    fingerprint(
      ...bindingSources.map((file) => ({ file })),
      JSON.stringify([selection.libraries, selection.version, process.platform, process.arch]),
    );
  const isCompiled = () => readText(stamp) === stampText() && fs.existsSync(compiledAddon);
  return {
    title,
    isDone: () => isCompiled() && isPlaced(),
    async run(line) {
      if (!isCompiled()) {
        const compiler = await findCompiler(line);
        await compile(compiler, selection, line);
        writeFileWhole(stamp, stampText());
        line.update(1, `compiled with ${compiler.name}`);
      }
      copyFileWhole(compiledAddon, placedAddon);
    },
  };
}

/** True if the addon in tfjs-node's place was linked, now or earlier, to the libraries that set-up unpacks. */
export function isLinkedHere() {
  try {
    return fs.readFileSync(placedAddon).includes(path.relative(path.dirname(placedAddon), nativeLibraries));
  } catch {
    return false;
  }
}

/** True if the addon in tfjs-node's place is the one compiled here. */
export function isPlaced() {
  try {
    return fs.readFileSync(placedAddon).equals(fs.readFileSync(compiledAddon));
  } catch {
    return false;
  }
}

async function compile(compiler, selection, line) {
  const folder = path.join(scratch, 'addon');
  fs.mkdirSync(folder, { recursive: true });
  const include = ['-I', path.join(nodeModules, 'node-api-headers', 'include'), '-I', nativeHeaders];
  const common = ['-O2', '-fPIC', '-DNAPI_VERSION=8', ...include];
  const shared = process.platform === 'darwin' ? ['-shared', '-undefined', 'dynamic_lookup'] : ['-shared'];
  const run = async (args) => {
    const { code, output } = await execute(compiler.command, [...compiler.args, ...args], {
      env: compiler.env,
    });
    if (code !== 0) throw explainFailure(title, output);
  };
  const objects = bindingSources.map((source) => path.join(folder, `${path.basename(source, '.cc')}.o`));
  const binding = path.join(folder, 'tfjs_binding.node');
  const libraries = selection.libraries.map((name) => path.join(nativeLibraries, name));
  const toObject = (source, index) => run(['-std=c++17', ...common, '-c', source, '-o', objects[index]]);
  line.expect(compiler.usualSeconds, `compiling with ${compiler.name}`);
  await Promise.all(bindingSources.map(toObject));
  await run([...shared, ...objects, ...libraries, ...runPaths(), '-o', binding]);
  copyFileWhole(binding, compiledAddon);
}

/**
 * The libraries are found relative to the addon, both in tfjs-node's place and in its own, so a checkout can be moved.
 */
function runPaths() {
  const origin = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  return [path.dirname(placedAddon), nativeAddons].map(
    (folder) => `-Wl,-rpath,${origin}/${path.relative(folder, nativeLibraries)}`,
  );
}
