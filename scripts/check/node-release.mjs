import fs from 'node:fs';
import path from 'node:path';
import { execute } from '../setup/execute.mjs';
import { explainFailure, SetupError } from '../setup/failure.mjs';
import { npmCommand } from '../setup/npm-packages.mjs';

/** The npm packages with Node's own binaries are named by platform. */
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/**
 * Downloads a Node from npm into a folder.
 *
 * @param wanted '24', or an exact version such as '24.1.0'
 * @returns `{ node, version }`, the program and the version that it reports
 */
export async function fetchNode(wanted, folder) {
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) throw new SetupError(`npm carries no Node for ${platform}.`, 'missing');
  fs.mkdirSync(folder, { recursive: true });
  const step = `Node ${wanted}`;
  const spec = `node-${platform}@${wanted.replace(/^v/, '')}`;
  const [npm, ...args] = npmCommand();
  await run(step, npm, [...args, 'pack', spec, '--pack-destination', folder, '--loglevel=error']);
  const archive = fs.readdirSync(folder).find((name) => name.endsWith('.tgz'));
  await run(step, 'tar', ['-xzf', path.join(folder, archive), '-C', folder, 'package/bin/node']);
  const node = path.join(folder, 'package', 'bin', 'node');
  const version = await run(step, node, ['-p', 'process.versions.node']);
  return { node, version: version.trim() };
}

async function run(step, command, args) {
  const { code, output } = await execute(command, args);
  if (/\b(ETARGET|E404)\b/.test(output))
    throw new SetupError(`${step} is not on npm: name another version and run the command again.`, 'missing');
  if (code !== 0) throw explainFailure(step, output);
  return output;
}
