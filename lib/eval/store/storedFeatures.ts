import type { Modality } from '../../config';
import {
  entryName,
  evaluationBatches,
  type BadFile,
  type ClipPlan,
  type ClipPool,
  type MediaEntry,
} from '../../data';
import { cropsOf } from '../../data/loader/clipPlan';
import { UserError } from '../../errors';
import type { Role } from '../../model';
import { FeatureExtractor } from '../featureExtractor';
import type { Network } from '../features';
import type { ProtocolProgress } from '../protocols/protocol';
import { throwIfStopped } from '../protocols/stop';
import { featureSetKey } from './featureSet';
import { FeatureSetFolder, type FeaturePlace } from './featureSetFolder';
import { PendingFeatures } from './pendingFeatures';
import { fuseRows, rowsInMemory, rowsOnDisk, type RowPart, type RowSource } from './rows';

export interface StoredFeaturesArgs {
  readonly network: Network;
  readonly tower: Role;
  /**
   * With one modality: its features. With both: those of the same clips, L2-normalised and concatenated if they are
   * fused.
   */
  readonly modalities: readonly Modality[];
  readonly entries: readonly MediaEntry[];
  /** Folder of the data set. */
  readonly root: string;
  readonly plan: ClipPlan;
  /** Folder where features are kept. */
  readonly store: string;
  /** Activity shown as progress, such as `training clips`. */
  readonly label?: string;
  /** Rows per forward pass. */
  readonly batch?: number;
  /** Features up to this size are held in memory; larger ones are read from disk in each pass [bytes]. */
  readonly memoryBytes?: number;
  readonly pool?: ClipPool;
  readonly onProgress?: (progress: ProtocolProgress) => void;
  readonly signal?: AbortSignal;
  /** Called with a sentence about each damaged file. */
  readonly report?: (sentence: string) => void;
}

/** Features of files, computed now or earlier. */
export interface StoredFeatures {
  /** Usable files, in the requested order. */
  readonly entries: readonly MediaEntry[];
  readonly skipped: readonly BadFile[];
  /** Rows of the files, one file after the other: for each clip one row per crop, for audio a single one. */
  readonly rows: Readonly<Partial<Record<Modality, RowSource>>>;
}

/**
 * Features of clips of files. Those in the store are read from there. The rest is computed and stored in chunks, which
 * are available as soon as they are computed. Features are identified by the weights, the configuration and the choice
 * of clips, files by name and content; if anything differs, they are computed again.
 *
 * @throws Stopped if a stop was requested; UserError for files that can't be used or features that are not finite. What
 *   was computed stays.
 */
export async function storedFeatures(args: StoredFeaturesArgs): Promise<StoredFeatures> {
  const { network, tower, modalities, entries, root, plan, store } = args;
  const report = args.report ?? ((sentence: string) => console.warn(sentence));
  const folders = modalities.map((modality) => {
    const key = featureSetKey({ network, tower, modality, beside: modalities, plan });
    return { modality, folder: FeatureSetFolder.open(store, key, report) };
  });
  const skipped = new Map<string, string>();
  // Repeated if a chunk turns out to be damaged when it is read.
  for (;;) {
    const places = await findPlaces(folders, entries, root);
    const missing = entries.filter(
      (entry, i) => !skipped.has(entry.path) && places.some((each) => each[i] === null),
    );
    if (missing.length > 0) {
      // For a folder that has all of these, clips are only decoded, so that all folders use the same clips.
      const lacking = folders.filter((_, at) =>
        places[at].some((place, i) => place === null && !skipped.has(entries[i].path)),
      );
      await compute(args, lacking, missing, (bad) => skipped.set(bad.path, bad.reason));
      continue;
    }
    const rows = loadRows(args, folders, places, entries);
    if (rows === null) continue;
    return {
      entries: entries.filter((_, i) => places.every((each) => each[i] !== null)),
      skipped: [...skipped].map(([path, reason]) => ({ path, reason })),
      rows,
    };
  }
}

/** Rows of one modality, or of both fused. */
export function rowsOf({ rows }: StoredFeatures): RowSource {
  const { video, audio } = rows;
  return video && audio ? fuseRows(video, audio) : (video ?? audio)!;
}

interface OpenFolder {
  readonly modality: Modality;
  readonly folder: FeatureSetFolder;
}

/** Location of each entry's features, for each folder. */
function findPlaces(
  folders: readonly OpenFolder[],
  entries: readonly MediaEntry[],
  root: string,
): Promise<(FeaturePlace | null)[][]> {
  return Promise.all(
    folders.map(async ({ folder }) => {
      const places = [];
      for (const entry of entries) places.push(await folder.find(entry, entryName(entry, root)));
      return places;
    }),
  );
}

async function compute(
  args: StoredFeaturesArgs,
  folders: readonly OpenFolder[],
  missing: readonly MediaEntry[],
  onSkip: (bad: BadFile) => void,
): Promise<void> {
  const { network, tower, modalities, entries, root, plan, signal, pool, label = 'features' } = args;
  const crops = cropsOf(plan);
  const batch = Math.max(1, Math.round((args.batch ?? 32) / crops));
  const extractor = new FeatureExtractor(network, tower, batch, crops);
  const columns = network.config.encoder.width;
  const pending = folders.map(({ modality, folder }) => ({
    modality,
    features: new PendingFeatures({
      folder,
      root,
      columns,
      rowsEach: plan.clips * (modality === 'video' ? crops : 1),
    }),
  }));
  let done = (entries.length - missing.length) * plan.clips;
  const total = entries.length * plan.clips;
  const tell = () => args.onProgress?.({ label, done, total, unit: 'clips' });
  const flush = async () => {
    for (const { features } of pending) await features.flush();
  };
  tell();
  try {
    const among = entries;
    for await (const clips of evaluationBatches(missing, network.config, {
      batch,
      modalities,
      plan,
      pool,
      onSkip,
      among,
    })) {
      for (const { modality, features } of pending) {
        const values = await extractor.extract(modality, clips[modality]!);
        const bad = firstNotFinite(values, columns);
        if (bad !== null) {
          await flush();
          const entry = clips.entries[Math.floor((bad * clips.entries.length) / (values.length / columns))];
          throw notFinite(modality, tower, entry.path);
        }
        await features.push(clips.entries, values);
      }
      done += clips.entries.length;
      tell();
      if (signal?.aborted) await flush();
      throwIfStopped(signal);
    }
    await flush();
  } finally {
    extractor.dispose();
  }
}

function firstNotFinite(values: Float32Array, columns: number): number | null {
  const at = values.findIndex((value) => !Number.isFinite(value));
  return at < 0 ? null : Math.floor(at / columns);
}

function notFinite(modality: Modality, tower: Role, path: string): UserError {
  return new UserError(
    `The ${modality} ${tower} gives features of ${path} that are not finite numbers: its training has diverged, or the file holds extreme values; use an earlier checkpoint, or leave the file out.`,
  );
}

/** Null if a chunk was damaged. */
function loadRows(
  { memoryBytes = defaultMemoryBytes }: StoredFeaturesArgs,
  folders: readonly OpenFolder[],
  places: readonly (readonly (FeaturePlace | null)[])[],
  entries: readonly MediaEntry[],
): StoredFeatures['rows'] | null {
  const usable = [...entries.keys()].filter((i) => places.every((each) => each[i] !== null));
  if (usable.length === 0)
    throw new UserError('None of the files could be used: repair them, or choose others.');
  const rows: Partial<Record<Modality, RowSource>> = {};
  for (const [at, { modality, folder }] of folders.entries()) {
    const parts = usable.map((i) => places[at][i]!);
    const { rowsEach, columns } = parts[0].chunk;
    const fits = parts.length * rowsEach * columns * 4 <= memoryBytes / folders.length;
    const source = fits ? gather(folder, parts) : rowsOnDisk(parts);
    if (source === null) return null;
    rows[modality] = source;
  }
  return rows;
}

function gather(folder: FeatureSetFolder, parts: readonly RowPart[]): RowSource | null {
  const { rowsEach, columns } = parts[0].chunk;
  const size = rowsEach * columns;
  const data = new Float32Array(parts.length * size);
  const byChunk = new Map<RowPart['chunk'], number[]>();
  parts.forEach(({ chunk }, i) => {
    const own = byChunk.get(chunk);
    if (own) own.push(i);
    else byChunk.set(chunk, [i]);
  });
  for (const [chunk, own] of byChunk) {
    const values = folder.read(chunk);
    if (values === null) return null;
    for (const i of own) {
      const { position } = parts[i];
      data.set(values.subarray(position * size, (position + 1) * size), i * size);
    }
  }
  return rowsInMemory({ data, rows: parts.length * rowsEach, columns });
}

/** The computation that uses them takes the same amount again. */
const defaultMemoryBytes = 1.5e9;
