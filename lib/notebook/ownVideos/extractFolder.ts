import type { XkdConfig } from '../../config';
import {
  extractDataset,
  extractedStreams,
  openDataset,
  type BadFile,
  type Dataset,
  type MediaEntry,
} from '../../data';
import { keepEntries } from '../../data/datasets/readKnown';
import { shortPath } from '../../data/lists/mediaFiles';
import { storedFormFor } from '../../data/stored/storedForm';
import { UserError } from '../../errors';
import { showText } from '../display';
import { progressBar } from '../progressBar';
import { interruptible } from './interruptible';
import { lacksStream } from '../../media';

/** Clips of a data set, decoded once and usable for XKD. */
export interface ExtractedFolder {
  /** Clips that have both pictures and sound. */
  readonly dataset: Dataset;
  /** All other files, each with its reason. */
  readonly unusable: readonly BadFile[];
  /** Size on disk. */
  readonly bytes: number;
  /** The original file of a clip, and its middle in it [s]. */
  original(entry: MediaEntry): OriginalFile;
}

export interface OriginalFile {
  readonly path: string;
  readonly middleSeconds: number;
}

export interface ExtractFolderArgs {
  readonly dataset: Dataset;
  readonly out: string;
  /** Determines the size of the stored frames. */
  readonly config: XkdConfig;
}

/**
 * Decodes the files of a data set once, with a progress bar below the cell. Existing results are kept.
 *
 * @throws UserError if the disk is full, the work was interrupted, or no file has both pictures and sound
 */
export async function extractFolder({ dataset, out, config }: ExtractFolderArgs): Promise<ExtractedFolder> {
  let bar: ReturnType<typeof progressBar> | undefined;
  let done = 0;
  const { merged } = await interruptible((signal) =>
    extractDataset({
      dataset,
      out,
      form: storedFormFor(config),
      signal,
      onPlan: ({ clips, clipsDone, neededBytes }) => {
        if (clipsDone === clips) return;
        const left = clipsDone > 0 ? `, ${clipsDone} of them there already` : '';
        showText(`${clips} clips${left}; about ${Math.ceil(neededBytes / 1e6)} MB of disk for the rest`);
        bar = progressBar(clips, 'decoding', { unit: 'clips' });
      },
      onProgress: ({ clips }) => bar?.update((done += clips)),
    }),
  );
  bar?.finish();
  const whole = await openDataset(out);
  const streams = extractedStreams(out);
  const places = new Map(whole.entries.map((entry, i) => [entry, i]));
  const reasonOf = (entry: MediaEntry): string | null => {
    const { error, frames, samples } = streams[places.get(entry)!];
    return error ?? (frames === 0 ? lacksStream.video : samples === 0 ? lacksStream.audio : null);
  };
  const unusable = whole.entries.flatMap((entry, i) => {
    const reason = reasonOf(entry);
    return reason === null ? [] : [{ path: shortPath(dataset.root, dataset.entries[i].path), reason }];
  });
  const usable = keepEntries(whole, (entry) => reasonOf(entry) === null);
  if (usable.entries.length === 0) throw nothingUsable(dataset, unusable);
  return {
    dataset: usable,
    unusable,
    bytes: merged!.bytes,
    original: (entry) => {
      const place = places.get(entry)!;
      const { path, startSeconds = 0 } = dataset.entries[place];
      return { path, middleSeconds: startSeconds + (streams[place].durationSeconds ?? 0) / 2 };
    },
  };
}

function nothingUsable({ root, entries }: Dataset, [first]: readonly BadFile[]): UserError {
  return new UserError(
    `None of the ${entries.length} files of ${root} has both pictures and sound (${first.path} ${first.reason}): XKD learns from pairs, so give videos with sound.`,
  );
}
