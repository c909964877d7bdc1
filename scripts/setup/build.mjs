import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { explainFailure } from './failure.mjs';
import { fingerprint, readText, writeFileWhole } from './files.mjs';
import { lockFile, nodeModules, root } from './paths.mjs';

/** tsc's exit code if it emitted output despite type errors. */
const emittedWithErrors = 2;

/** Compiles lib to lib/dist; skipped if no source, setting or package has changed since the last build. */
export const libBuild = {
  title: 'Build of lib',
  isDone: () => readText(stampOf('lib')) === stampText('lib'),
  async run(line) {
    line.expect(8, 'TypeScript to lib/dist');
    const { code, output } = await buildLib();
    if (code === 0) return;
    process.stderr.write(`\n${output}\n`);
    if (code !== emittedWithErrors) throw explainFailure('Build of lib', output);
    line.update(1, 'compiled in spite of the type errors above: mend them');
  },
};

/** Compiles lib and, if there are no errors, records the sources from which lib/dist was built. */
export async function buildLib() {
  const wanted = stampText('lib');
  const result = await compile('lib');
  if (result.code === 0) writeFileWhole(stampOf('lib'), wanted);
  return result;
}

/** Compiles 'lib', 'scripts/bench' or 'test' into its folder dist, and removes outputs of deleted sources. */
export async function compile(area) {
  removeOrphans(path.join(root, area, 'dist'), path.join(root, area));
  const project = area === 'lib' ? 'tsconfig.json' : path.join(area, 'tsconfig.json');
  return execute(process.execPath, [
    path.join(nodeModules, 'typescript', 'bin', 'tsc'),
    '-p',
    project,
    '--pretty',
    'false',
  ]);
}

/** The sources below a folder, without compiled files. */
export function sourcesBelow(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name === 'dist' || entry.name === 'node_modules' ? [] : sourcesBelow(inside);
    return entry.name.endsWith('.ts') ? [inside] : [];
  });
}

function stampOf(area) {
  return path.join(root, area, 'dist', '.xkd-built');
}

function stampText(area) {
  const sources = sourcesBelow(path.join(root, area)).map((file) => {
    const { mtimeMs, size } = fs.statSync(file);
    return `${path.relative(root, file)} ${mtimeMs} ${size}`;
  });
  return fingerprint({ file: path.join(root, 'tsconfig.json') }, { file: lockFile }, ...sources.sort());
}

function removeOrphans(outputs, sources) {
  if (!fs.existsSync(outputs)) return;
  for (const entry of fs.readdirSync(outputs, { withFileTypes: true })) {
    const output = path.join(outputs, entry.name);
    if (entry.isDirectory()) {
      const source = path.join(sources, entry.name);
      if (fs.existsSync(source)) removeOrphans(output, source);
      else fs.rmSync(output, { recursive: true });
    } else if (/\.(js|d\.ts)$/.test(entry.name)) {
      const source = path.join(sources, entry.name.replace(/(\.d\.ts|\.js)$/, '.ts'));
      if (!fs.existsSync(source)) fs.rmSync(output);
    }
  }
}
