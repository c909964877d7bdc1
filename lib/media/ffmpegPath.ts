import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { UserError } from '../errors';

/**
 * Path of the ffmpeg to use, the first that exists of: `FFMPEG_BIN`, the one chosen by the set-up, the
 * system's, that of ffmpeg-static, and that of imageio-ffmpeg in the Python environment.
 *
 * @throws UserError if there is none
 */
export function ffmpegPath(): string {
  for (const path of candidates()) {
    if (path !== undefined && isProgram(path)) return path;
  }
  throw new UserError('There is no ffmpeg: run "npm run setup", or set FFMPEG_BIN to the path of an ffmpeg.');
}

const projectRoot = resolve(__dirname, '../../..');

function* candidates(): Generator<string | undefined> {
  yield process.env.FFMPEG_BIN;
  yield fromSetup();
  const program = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const folder of (process.env.PATH ?? '').split(delimiter)) yield join(folder, program);
  yield join(projectRoot, 'node_modules', 'ffmpeg-static', program);
  yield* fromPython();
}

function fromSetup(): string | undefined {
  try {
    const { path } = JSON.parse(readFileSync(join(projectRoot, '.native/ffmpeg.json'), 'utf8')) as {
      path?: unknown;
    };
    return typeof path === 'string' ? resolve(projectRoot, path) : undefined;
  } catch {
    return undefined;
  }
}

function* fromPython(): Generator<string> {
  const libraries = join(projectRoot, '.venv/lib');
  for (const python of existsSync(libraries) ? readdirSync(libraries) : []) {
    const folder = join(libraries, python, 'site-packages/imageio_ffmpeg/binaries');
    for (const file of existsSync(folder) ? readdirSync(folder) : []) {
      if (file.startsWith('ffmpeg')) yield join(folder, file);
    }
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
