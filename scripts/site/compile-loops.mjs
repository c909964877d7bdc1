/*
 * Compiles lib/native/browser/loops.c, and with it the loops of the ops, to WebAssembly for the playground:
 *
 *   node scripts/site/compile-loops.mjs
 *
 * The result lies beside its source and is part of the project, so that making the site needs no compiler for
 * WebAssembly. Run it again when a test says that the sources have changed. It needs the Python package named in
 * scripts/setup/select-compiler.mjs (set PYTHON to a Python that has it).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

const native = join(root, 'lib', 'native');
const folder = join(native, 'browser');

/** Identifies a version of the sources. */
export function loopSources() {
  const loops = readdirSync(join(native, 'loops')).filter((name) => /\.[ch]$/.test(name));
  const files = [...loops.sort().map((name) => join('loops', name)), 'levels.h', join('browser', 'loops.c')];
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(native, file)));
  return hash.digest('hex');
}

/** Multiply-adds are not fused: WebAssembly has none. */
const options = [
  ...['--target=wasm32-wasi', '-mexec-model=reactor', '-mcpu=generic+simd128+bulk_memory'],
  ...['-O3', '-std=gnu11', '-ffp-contract=off', '-fno-math-errno', '-Wl,--strip-all'],
];

if (process.argv[1] === import.meta.filename) {
  const python = process.env.PYTHON ?? 'python3';
  const output = join(folder, 'loops.wasm');
  const sources = [join(folder, 'loops.c'), '-I', native, '-o', output];
  execFileSync(python, ['-m', 'ziglang', 'cc', ...options, ...sources], { stdio: 'inherit' });
  writeFileSync(join(folder, 'loops.sha256'), `${loopSources()}\n`);
  console.log(output);
}
