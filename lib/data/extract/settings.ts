import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { modalities } from '../../config';
import { UserError } from '../../errors';
import { wrongValue } from '../../wrongValue';
import { writeFileAtomic } from '../../files/atomicWrite';
import { fileError } from '../../files/fileError';
import { makeFolder } from '../../files/folder';
import { readJson } from '../../files/readJson';
import type { Dataset, StoredForm } from '../types';
import { extractionEntries, fingerprintEntries } from './entries';

const count = z.int().min(1);

const formSchema: z.ZodType<StoredForm> = z.strictObject({
  frames: z.enum(['raw', 'jpeg']),
  framesPerSecond: z.number().positive().max(240),
  shortSide: count.max(4096),
  sampleRateHz: count.min(1000).max(192_000),
  videoTrack: count.optional(),
  audioTrack: count.optional(),
});

const foldSchema = z.strictObject({
  name: z.string(),
  train: z.array(z.int()),
  test: z.array(z.int()),
  validation: z.array(z.int()).optional(),
});

/** Content of a folder's `extraction.json`. */
const extractionSchema = z.strictObject({
  format: z.literal(1),
  form: formSchema,
  clipsPerShard: count,
  dataset: z.strictObject({
    name: z.string(),
    root: z.string(),
    /** SHA-256 of the names, labels and time ranges of all files in order. */
    entries: z.string(),
    count,
    classes: z.array(z.string()),
    multiLabel: z.boolean(),
    modalities: z.array(z.enum(modalities)),
    folds: z.array(foldSchema),
    /** Number of clips in the set's lists whose files were missing. */
    missing: z.int().min(0).optional(),
  }),
});

export type Extraction = Readonly<z.infer<typeof extractionSchema>>;

/** File that marks a folder as an extracted data set. */
export const extractionFile = 'extraction.json';

/** Settings for the extraction of a data set, the same on every machine. */
export function planExtraction(dataset: Dataset, form: StoredForm, clipsPerShard?: number): Extraction {
  const checked = formSchema.safeParse(form);
  if (!checked.success) {
    throw new UserError(`${wrongValue(checked.error, form).sentence}.`);
  }
  const entries = extractionEntries(dataset);
  const { name, root, classes, multiLabel, folds, missing } = dataset;
  return extractionSchema.parse({
    format: 1,
    form: checked.data,
    clipsPerShard: clipsPerShard ?? usualClipsPerShard(entries.length),
    dataset: {
      name,
      root,
      entries: fingerprintEntries(entries),
      count: entries.length,
      classes,
      multiLabel,
      modalities: dataset.modalities,
      folds,
      missing,
    },
  });
}

/** Opens a folder to extract into, possibly on several machines at the same time. */
export function openExtractionFolder(out: string, plan: Extraction): void {
  const folder = resolve(out);
  try {
    if (existsSync(folder) && !statSync(folder).isDirectory()) {
      throw new UserError(`${out} is a file: name a folder to extract into.`);
    }
    // Otherwise the folder would be taken for the extracted set, and the originals would be ignored.
    const { root } = plan.dataset;
    if (existsSync(folder) && existsSync(root) && realpathSync(folder) === realpathSync(root)) {
      throw new UserError(`${out} is the folder of the original files: choose another one with --out.`);
    }
    makeFolder(join(folder, 'shards'));
  } catch (error) {
    throw fileError(error, folder, 'write');
  }
  const path = join(folder, extractionFile);
  if (existsSync(path)) requireSame(out, readExtraction(folder)!, plan);
  else writeFileAtomic(path, `${JSON.stringify(plan, null, 1)}\n`);
}

/** @returns null if the folder holds no extracted data set */
export function readExtraction(folder: string): Extraction | null {
  const path = join(folder, extractionFile);
  if (!existsSync(path)) return null;
  const sentence = () =>
    `${path} is not what "xkd extract" writes: copy it again, or extract into another folder.`;
  return readJson(path, extractionSchema, sentence);
}

/** Identifies the shards of one extraction. */
export function settingsHash({ form, clipsPerShard, dataset }: Extraction): string {
  const told = { form, clipsPerShard, entries: dataset.entries };
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

function requireSame(out: string, there: Extraction, wanted: Extraction): void {
  const facts = ({ form, clipsPerShard, dataset }: Extraction): Record<string, unknown> => ({
    ...form,
    clipsPerShard,
    dataset: dataset.name,
    files: dataset.count,
  });
  const [before, now] = [facts(there), facts(wanted)];
  const differing = Object.keys(now).filter((key) => before[key] !== now[key]);
  const what =
    differing.length > 0
      ? differing
          .map((key) => `${key} ${String(before[key])} there, ${String(now[key])} asked for`)
          .join('; ')
      : there.dataset.entries !== wanted.dataset.entries
        ? 'files of other names, labels or order'
        : null;
  if (what === null) return;
  throw new UserError(
    `${out} holds an extraction with other settings (${what}): choose another folder with --out, or the same settings.`,
  );
}

/**
 * Enough shards for the threads of a machine and, for large sets, for many machines; for small sets, fewer
 * than one file per clip.
 */
function usualClipsPerShard(clips: number): number {
  return Math.min(64, Math.max(8, Math.ceil(clips / 32)));
}
