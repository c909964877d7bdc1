import fs from 'node:fs';
import path from 'node:path';
import { execute, whileRunning } from './execute.mjs';
import { folderBytes } from './files.mjs';
import { scratch, venvPython } from './paths.mjs';

/**
 * Runs the environment's pip and returns `{ code, output }`. pip downloads into a folder of ours, so that an
 * interrupted download leaves nothing behind; `onBytes` receives the growing size, `onText` pip's output.
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
