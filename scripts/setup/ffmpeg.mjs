import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { explainFailure, SetupError } from './failure.mjs';
import { readJson, writeFileWhole } from './files.mjs';
import { isProgram, onPath } from './machine.mjs';
import { ffmpegFile, nodeModules } from './paths.mjs';
import { pip } from './pip.mjs';
import { sitePackages } from './python-packages.mjs';

export const imageioFfmpeg = 'imageio-ffmpeg==0.8.1';

/** A working ffmpeg: FFMPEG_BIN, the system's, ffmpeg-static's, or the one inside the wheel of imageio-ffmpeg. */
export const ffmpeg = {
  title: 'ffmpeg',
  isDone() {
    const chosen = readJson(ffmpegFile);
    return (
      chosen !== undefined &&
      chosen.asked === (process.env.FFMPEG_BIN ?? chosen.asked) &&
      isProgram(chosen.path)
    );
  },
  async run(line) {
    const asked = process.env.FFMPEG_BIN;
    const own = asked ? await tryFfmpeg(asked) : undefined;
    if (asked && !own) {
      throw new SetupError(
        `FFMPEG_BIN names "${asked}", which does not run: set it to the path of an ffmpeg, or unset it.`,
      );
    }
    const found = own ?? (await firstThatRuns()) ?? (await fromWheel(line));
    writeFileWhole(ffmpegFile, `${JSON.stringify({ ...found, asked: asked ?? '' }, null, 2)}\n`);
    line.update(1, `${found.version}, ${found.path}`);
  },
};

/** `{ path, version }` of a working ffmpeg, or undefined. */
export async function tryFfmpeg(file) {
  const { code, output } = await execute(file, ['-hide_banner', '-version']);
  const version = /^ffmpeg version (\S+)/m.exec(output)?.[1];
  const whole = file.includes(path.sep) ? path.resolve(file) : onPath(file);
  return code === 0 && version ? { path: whole, version } : undefined;
}

async function firstThatRuns() {
  const candidates = [onPath('ffmpeg'), path.join(nodeModules, 'ffmpeg-static', 'ffmpeg'), wheelBinary()];
  for (const file of candidates) {
    const found = file && isProgram(file) ? await tryFfmpeg(file) : undefined;
    if (found) return found;
  }
  return undefined;
}

async function fromWheel(line) {
  line.update(0.1, `none on this machine, fetching ${imageioFfmpeg}`);
  const onBytes = (bytes) => line.update(0.1 + 0.8 * Math.min(1, bytes / 32e6));
  const { code, output } = await pip(['install', '--no-deps', imageioFfmpeg], { onBytes });
  if (code !== 0) throw explainFailure('ffmpeg', output);
  const file = wheelBinary();
  const found = file ? await tryFfmpeg(file) : undefined;
  if (!found) throw new SetupError('No ffmpeg runs here: install one and set FFMPEG_BIN to its path.');
  return found;
}

function wheelBinary() {
  const folder = path.join(sitePackages() ?? '', 'imageio_ffmpeg', 'binaries');
  const name = fs.existsSync(folder)
    ? fs.readdirSync(folder).find((file) => file.startsWith('ffmpeg-'))
    : undefined;
  return name && path.join(folder, name);
}
