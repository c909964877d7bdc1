import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { UserError } from '../errors';
import { machineLimit, machineLimitIn } from '../machineLimit';

/** Reasons for refusing a file that lacks a required stream. */
export const lacksStream = { video: 'has no video stream', audio: 'has no audio stream' } as const;

/** Thrown when a file cannot be used as a video; says why. */
export class BadMedia extends UserError {
  /**
   * @param path the file
   * @param reason why it cannot be used, as the end of a sentence that starts with "it"
   */
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path} cannot be used: it ${reason}. Give another file, or leave it out.`);
  }
}

/** The verdict on a file on which a process made no progress for this time [s]. */
export function hangs(path: string, seconds: number): BadMedia {
  return new BadMedia(path, `makes the decoder hang (it did nothing for ${seconds} s and was ended)`);
}

/** Rejects anything but a readable, non-empty, regular file before calling ffmpeg. */
export async function checkFile(path: string): Promise<void> {
  try {
    const file = await stat(path);
    if (file.isDirectory()) throw new BadMedia(path, 'is a directory');
    if (!file.isFile()) throw new BadMedia(path, 'is not a regular file');
    if (file.size === 0) throw new BadMedia(path, 'is empty (0 bytes)');
    await access(path, constants.R_OK);
  } catch (error) {
    if (error instanceof BadMedia) throw error;
    // Running out of file handles is the machine's fault, not the file's.
    const limit = machineLimit(error);
    if (limit !== null) throw limit;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new BadMedia(path, 'does not exist');
    if (code === 'EACCES' || code === 'EPERM')
      throw new BadMedia(path, 'may not be read (permission denied)');
    throw new BadMedia(path, `could not be read (${String(code)})`);
  }
}

/**
 * Explains from ffmpeg's log why it could not open a file: the file is bad, or the machine ran out of
 * resources.
 */
export function openFailure(path: string, log: string): UserError {
  const limit = machineLimitIn(log);
  if (limit !== null) return limit;
  if (log.includes('moov atom not found') && !log.includes('detected only with low score')) {
    return new BadMedia(path, 'is truncated: its index (the moov atom) is missing');
  }
  if (/Invalid data found|detected only with low score/.test(log))
    return new BadMedia(path, 'holds no pictures or sound that can be read');
  return new BadMedia(path, `could not be opened by ffmpeg (${firstError(log)})`);
}

/** The first error in a log written with `-loglevel level+info`. */
export function firstError(log: string): string {
  const line = log.split('\n').find((text) => /\[(error|fatal)\]/.test(text));
  return line?.replace(/^.*\[(error|fatal)\]\s*/, '').replace(/\.$/, '') ?? 'no reason given';
}

/** True if ffmpeg reported errors in the data while reading it. */
export function hasErrors(log: string): boolean {
  return /\[(error|fatal)\]/.test(log);
}
