import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { explainFailure } from './failure.mjs';
import { onPath } from './machine.mjs';
import { scratch, venvPython } from './paths.mjs';
import { pip } from './pip.mjs';
import { compilerNames, selectCompiler, ziglang } from './select-compiler.mjs';

/**
 * A working C++ compiler: `{ name, command, args, env, usualSeconds }`. If the system has none, the one in PyPI's
 * ziglang is unpacked for this one use and deleted with the scratch folder.
 */
export function findCompiler(line) {
  compiler ??= find(line);
  return compiler;
}

let compiler;

async function find(line) {
  const found = compilerNames.filter(onPath);
  const hasXcodeTools = process.platform !== 'darwin' || (await execute('xcode-select', ['-p'])).code === 0;
  const choice = selectCompiler({ cxx: process.env.CXX, found, platform: process.platform, hasXcodeTools });
  if (choice.kind === 'system' && (await canCompile(choice))) {
    return { ...choice, name: choice.command, usualSeconds: 15 };
  }
  return unpackZig(line);
}

/** A compiler may exist without the headers of the standard library. */
async function canCompile({ command, args }) {
  const folder = path.join(scratch, 'compiler');
  fs.mkdirSync(folder, { recursive: true });
  const source = path.join(folder, 'try.cc');
  const program = '#include <memory>\n#include <string>\nint length() { return std::string("x").size(); }\n';
  fs.writeFileSync(source, program);
  const output = path.join(folder, 'try.so');
  const { code } = await execute(command, [...args, '-std=c++17', '-fPIC', '-shared', source, '-o', output]);
  return code === 0;
}

async function unpackZig(line) {
  const folder = path.join(scratch, 'ziglang');
  line.update(0.02, `no C++ compiler here, fetching ${ziglang}`);
  const onBytes = (bytes) => line.update(0.02 + 0.18 * Math.min(1, bytes / 100e6));
  const { code, output } = await pip(['install', '--no-deps', '--target', folder, ziglang], { onBytes });
  if (code !== 0) throw explainFailure('C++ compiler', output);
  const cache = path.join(scratch, 'zig');
  return {
    kind: 'ziglang',
    name: ziglang,
    command: venvPython,
    args: ['-m', 'ziglang', 'c++'],
    env: { PYTHONPATH: folder, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache },
    usualSeconds: 100,
  };
}
