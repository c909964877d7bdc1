import { basename, join } from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../files';
import { runFfmpeg } from '../media/ffmpeg/ffmpeg';
import { projectPath } from '../files/projectPath';

/**
 * Copies a video so that its sound begins late, as in recordings whose microphone was switched on after the
 * camera: the first part of the sound is missing; the rest stays in sync with the pictures.
 *
 * @param lateSeconds duration of the missing part
 * @returns path of the copy, in `runs/`
 */
export async function makeLateSound(path: string, lateSeconds: number): Promise<string> {
  const folder = projectPath('runs', 'notebooks');
  makeFolder(folder);
  const out = join(folder, `late-${basename(path)}`);
  const input = ['-i', `file:${path}`, '-c:v', 'copy'];
  const output = ['-af', `atrim=start=${lateSeconds}`, '-c:a', 'aac', '-y', `file:${out}`];
  const { exitCode, log } = await runFfmpeg({ args: ['-loglevel', 'error', ...input, ...output] });
  if (exitCode !== 0) throw new UserError(`${path} could not be copied with late sound: ${log.trim()}`);
  return out;
}
