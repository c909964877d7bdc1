import { hangs } from '../badMedia';
import { FfmpegHung, runFfmpeg, type FfmpegResult, type FfmpegRunArgs } from './ffmpeg';

/** Path in ffmpeg's notation, never read as an option, a protocol or a pattern. */
export function fileUrl(path: string): string {
  return `file:${path}`;
}

/**
 * Runs ffmpeg on a user's file, which may make it hang.
 *
 * @throws BadMedia if it made no progress for long; whatever {@link runFfmpeg} throws
 */
export async function runFfmpegOn(path: string, run: FfmpegRunArgs): Promise<FfmpegResult> {
  try {
    return await runFfmpeg({ ...run, endsHung: true });
  } catch (error) {
    throw error instanceof FfmpegHung ? hangs(path, error.seconds) : error;
  }
}
