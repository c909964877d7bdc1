import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { explainFailure } from './failure.mjs';
import { copyFileWhole, fingerprint, readText, writeFileWhole } from './files.mjs';
import { onPath } from './machine.mjs';
import {
  compiledAddon,
  native,
  nativeAddons,
  nativeHeaders,
  nativeLibraries,
  nodeModules,
  placedAddon,
  root,
  scratch,
  tfjsNode,
  venvPython,
} from './paths.mjs';
import { pip } from './pip.mjs';
import { selectCompiler, ziglang } from './select-compiler.mjs';

const stamp = path.join(native, 'addon.stamp');
const title = 'TensorFlow addon';
const quietSource = path.join(root, 'scripts', 'native', 'quiet.c');
const quietAddon = path.join(nativeAddons, 'quiet.node');
const bindingSources = ['tfjs_backend', 'tfjs_binding'].map((name) =>
  path.join(tfjsNode, 'binding', `${name}.cc`),
);

/** tfjs-node's addon, compiled from the sources in its npm package against the TensorFlow library. */
export function tensorflowAddon(selection) {
  const stampText = () =>
    fingerprint(
      ...[...bindingSources, quietSource].map((file) => ({ file })),
      JSON.stringify([selection.libraries, selection.version, process.platform, process.arch]),
    );
  const isCompiled = () =>
    readText(stamp) === stampText() && fs.existsSync(compiledAddon) && fs.existsSync(quietAddon);
  return {
    title,
    isDone: () => isCompiled() && isPlaced(),
    async run(line) {
      if (!isCompiled()) {
        const compiler = await compilerOf(line);
        await compile(compiler, selection, line);
        writeFileWhole(stamp, stampText());
        line.update(1, compiler.told);
      }
      copyFileWhole(compiledAddon, placedAddon);
    },
  };
}

/** Whether the addon in tfjs-node's place is the one that was compiled here. */
export function isPlaced() {
  try {
    return fs.readFileSync(placedAddon).equals(fs.readFileSync(compiledAddon));
  } catch {
    return false;
  }
}

async function compilerOf(line) {
  const found = ['c++', 'g++', 'clang++'].filter(onPath);
  const hasXcodeTools = process.platform !== 'darwin' || (await execute('xcode-select', ['-p'])).code === 0;
  const choice = selectCompiler({ cxx: process.env.CXX, found, platform: process.platform, hasXcodeTools });
  if (choice.kind === 'system' && (await canCompile(choice)))
    return { ...choice, told: `compiled with ${choice.command}` };
  return zigCompiler(line);
}

/** A compiler may be there without the standard library's headers. */
async function canCompile({ command, args }) {
  const folder = path.join(scratch, 'compiler');
  fs.mkdirSync(folder, { recursive: true });
  const source = path.join(folder, 'try.cc');
  fs.writeFileSync(
    source,
    '#include <memory>\n#include <string>\nint try_it() { return std::string("x").size(); }\n',
  );
  const { code } = await execute(command, [
    ...args,
    '-std=c++17',
    '-fPIC',
    '-shared',
    source,
    '-o',
    path.join(folder, 'try.so'),
  ]);
  return code === 0;
}

/** The compiler in PyPI's ziglang is unpacked for this one use and removed with the scratch folder. */
async function zigCompiler(line) {
  const folder = path.join(scratch, 'ziglang');
  line.update(0.05, `no C++ compiler here, fetching ${ziglang}`);
  const onBytes = (bytes) => line.update(0.05 + 0.35 * Math.min(1, bytes / 100e6));
  const { code, output } = await pip(['install', '--no-deps', '--target', folder, ziglang], { onBytes });
  if (code !== 0) throw explainFailure('C++ compiler', output);
  const env = {
    PYTHONPATH: folder,
    ZIG_GLOBAL_CACHE_DIR: path.join(scratch, 'zig'),
    ZIG_LOCAL_CACHE_DIR: path.join(scratch, 'zig'),
  };
  return {
    kind: 'ziglang',
    command: venvPython,
    args: ['-m', 'ziglang', 'c++'],
    env,
    told: `compiled with ${ziglang}`,
  };
}

async function compile(compiler, selection, line) {
  const folder = path.join(scratch, 'addon');
  fs.mkdirSync(folder, { recursive: true });
  const include = ['-I', path.join(nodeModules, 'node-api-headers', 'include'), '-I', nativeHeaders];
  const common = ['-O2', '-fPIC', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION', ...include];
  const shared = process.platform === 'darwin' ? ['-shared', '-undefined', 'dynamic_lookup'] : ['-shared'];
  const base = line.share;
  let finished = 0;
  const step = async (args) => {
    const { code, output } = await execute(compiler.command, [...compiler.args, ...args], {
      env: compiler.env,
    });
    if (code !== 0) throw explainFailure(title, output);
    finished += 1;
    line.update(
      base + (1 - base) * (finished / 5),
      `compiling with ${compiler.kind === 'system' ? compiler.command : 'ziglang'}`,
    );
  };
  const objects = bindingSources.map((source) => path.join(folder, `${path.basename(source, '.cc')}.o`));
  await step(['-x', 'c', ...common, ...shared, quietSource, '-o', path.join(folder, 'quiet.node')]);
  await Promise.all(
    bindingSources.map((source, index) =>
      step(['-std=c++17', ...common, '-c', source, '-o', objects[index]]),
    ),
  );
  const binding = path.join(folder, 'tfjs_binding.node');
  const libraries = selection.libraries.map((name) => path.join(nativeLibraries, name));
  await step([...shared, ...objects, ...libraries, ...runPaths(), '-o', binding]);
  copyFileWhole(path.join(folder, 'quiet.node'), quietAddon);
  copyFileWhole(binding, compiledAddon);
}

/** The libraries are found relative to the addon, in tfjs-node's place and in its own: a checkout can be moved. */
function runPaths() {
  const origin = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  return [path.dirname(placedAddon), nativeAddons].map(
    (folder) => `-Wl,-rpath,${origin}/${path.relative(folder, nativeLibraries)}`,
  );
}
