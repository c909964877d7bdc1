import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { SetupError } from './failure.mjs';
import { fingerprint, readText, writeFileWhole } from './files.mjs';
import { lockFile, nodeModules, root } from './paths.mjs';

/** lib, compiled to lib/dist; skipped while no source, setting or package is other than at the last build. */
export const libBuild = {
  title: 'Build of lib',
  isDone: () => readText(stampOf('lib')) === stampText('lib'),
  async run(line) {
    const wanted = stampText('lib');
    line.update(0.1, 'TypeScript to lib/dist');
    const { code, output } = await compile('lib');
    if (code !== 0) {
      process.stderr.write(`\n${output}\n`);
      throw new SetupError(
        'The build of lib failed: mend the errors above (or fetch the project anew) and run the command again.',
      );
    }
    writeFileWhole(stampOf('lib'), wanted);
  },
};

/** Compiles 'lib' or 'test' into its folder dist, and removes what was compiled from sources that are gone. */
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

/** The sources below a folder, without what was compiled from them. */
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
    return `${file} ${mtimeMs} ${size}`;
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
