import { join } from 'node:path';
import { readText } from '../../files/readText';
import { manifestFile } from './merge';
import { parseLine } from './shardPart';

/** Contents of one file of an extracted data set. */
export interface ExtractedStreams {
  /** Number of stored frames; 0: the file has no pictures. */
  readonly frames: number;
  /** Number of stored samples; 0: the file has no sound. */
  readonly samples: number;
  /** Length of the clip [s]; null if the file does not state it. */
  readonly durationSeconds: number | null;
  /** Reason why the file cannot be used; null: it can. */
  readonly error: string | null;
  /** SHA-256 of the original file; null if it could not be read. */
  readonly sha256: string | null;
}

/** Contents of each file, in the order of the data set that `openDataset` opens from the folder. */
export function extractedStreams(folder: string): ExtractedStreams[] {
  const path = join(folder, manifestFile);
  return readText(path)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { frames, samples, durationSeconds, error = null, original } = parseLine(line);
      return { frames, samples, durationSeconds, error, sha256: original.sha256 };
    });
}
