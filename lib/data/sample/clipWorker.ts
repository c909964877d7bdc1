import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { fileError } from '../../files/fileError';
import { ChildTable } from '../../media/children';
import { clipPath, drawClip, type DrawSettings, type SampleSplit } from './clipSpec';
import { encodeClip } from './encodeClip';
import { renderClip } from './renderClip';
import { unfinishedEnding } from './workFolder';

/** A clip to make, as sent to a worker thread. */
export interface ClipTask {
  readonly settings: DrawSettings;
  readonly split: SampleSplit;
  readonly index: number;
  /** The sample set's folder. */
  readonly folder: string;
  readonly ffmpeg: string;
  /** Memory of the table of running ffmpeg processes. */
  readonly children: SharedArrayBuffer;
}

/**
 * Makes one clip in a worker thread, unless it already exists. The file gets its name only once it is
 * complete.
 *
 * @returns an error that the user can fix, or null: an error's class would not survive the transfer
 */
export default async function makeClip(task: ClipTask): Promise<string | null> {
  const children = new ChildTable(task.children);
  if (children.closed) return 'The work was stopped.';
  const spec = drawClip(task.settings, task.split, task.index);
  const path = join(task.folder, clipPath(spec));
  if (existsSync(path)) return null;
  // Unique name: the ffmpeg of a killed process may still be writing to its own file.
  const unfinished = `${path}.${randomUUID()}${unfinishedEnding}`;
  try {
    await encodeClip(renderClip(spec), { path: unfinished, ffmpeg: task.ffmpeg, children });
    renameSync(unfinished, path);
    return null;
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    const error = fileError(thrown, path, 'write');
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
