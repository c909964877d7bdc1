import fs from 'node:fs';
import path from 'node:path';
import { execute, whileRunning } from './execute.mjs';
import { folderBytes } from './files.mjs';
import { scratch, venvPython } from './paths.mjs';

/**
 * Runs the environment's pip and returns `{ code, output }`. pip's downloads pass through a folder of ours, so
 * that nothing is left behind by an interrupted one; `onBytes` sees their size grow, `onText` pip's words.
 */
export async function pip(args, { onBytes, onText } = {}) {
  const folder = path.join(scratch, 'pip');
  fs.mkdirSync(folder, { recursive: true });
  const work = execute(venvPython, ['-m', 'pip', ...args], {
    onText,
    env: {
      TMPDIR: folder,
      PIP_DISABLE_PIP_VERSION_CHECK: '1',
      PIP_NO_INPUT: '1',
      PIP_USER: '0',
      PYTHONUNBUFFERED: '1',
      PYTHONPATH: '',
    },
  });
  return whileRunning(work, () => onBytes?.(folderBytes(folder)));
}
