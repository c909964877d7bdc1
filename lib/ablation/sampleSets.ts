import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { XkdConfig } from '../config';
import { extractDataset, openDataset, type Dataset } from '../data';
import { makeSampleSet } from '../data/sample/makeSampleSet';
import { readSettings } from '../data/sample/sampleSettings';
import { storedFormFor } from '../data/stored/storedForm';
import { UserError } from '../errors';

/** Progress of making a data set: what is being made, and the number of clips done. */
export type SetProgress = (label: string, done: number, total: number) => void;

export interface SampleSetsArgs {
  /** Folder of the sample set; default: `data/sample`, which is created if missing. */
  readonly data?: string;
  /** Folder for sets with other shares, and for the decoded form of all sets. */
  readonly out: string;
  readonly shares: readonly number[];
  /** Determines how clips are decoded. */
  readonly config: XkdConfig;
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: SetProgress;
}

/**
 * Folders of decoded data sets by common share. Sets with other shares use the seed and the counts of the given one.
 * Existing sets are kept.
 *
 * @throws UserError if there is no data set, or if other shares are requested but it is not a sample set
 */
export async function prepareSampleSets(args: SampleSetsArgs): Promise<Map<number, string>> {
  const folders = new Map<number, string>();
  const data = args.data ?? (await makeUsual(args));
  for (const share of args.shares) {
    const dataset = await openDataset(share === 1 ? data : await makeWithShare(share, data, args));
    folders.set(share, await decoded(dataset, share, args));
  }
  return folders;
}

async function makeUsual({ workers, signal, onProgress }: SampleSetsArgs): Promise<string> {
  const folder = join('data', 'sample');
  if (!existsSync(folder)) {
    await makeSampleSet({ out: folder, workers, signal }, (done, total) =>
      onProgress?.('sample set', done, total),
    );
  }
  return folder;
}

async function makeWithShare(commonShare: number, data: string, args: SampleSetsArgs): Promise<string> {
  const { out, workers, signal, onProgress } = args;
  const settings = readSettings(data);
  if (settings === null) {
    throw new UserError(
      `"${data}" is not a sample set, so none with a common share of ${commonShare} can be drawn like it; name one with --data, or leave the rows with "share" out with --rows.`,
    );
  }
  const { dials, ...same } = settings;
  const folder = join(out, 'sets', `share-${commonShare}`);
  const label = `data set, common share ${commonShare}`;
  await makeSampleSet(
    { ...same, out: folder, dials: { ...dials, commonShare }, workers, signal },
    (done, total) => onProgress?.(label, done, total),
  );
  return folder;
}

/** Folder of the decoded set with a given share. */
export function decodedFolder(out: string, share: number): string {
  return join(out, 'sets', `share-${share}-decoded`);
}

/** Decodes the files once, which is less work than decoding them in every process. */
async function decoded(dataset: Dataset, share: number, args: SampleSetsArgs): Promise<string> {
  if (dataset.entries.every(({ stored }) => stored !== undefined)) return dataset.root;
  const folder = decodedFolder(args.out, share);
  let done = 0;
  await extractDataset({
    dataset,
    out: folder,
    form: storedFormFor(args.config),
    workers: args.workers,
    signal: args.signal,
    onProgress: ({ clips }) =>
      args.onProgress?.(`decoding, common share ${share}`, (done += clips), dataset.entries.length),
  });
  return folder;
}
