import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../files/atomicWrite';
import { recordSchema } from '../stored/record';
import { settingsHash, type Extraction } from './settings';
import { scanShard } from './shardScan';
import type { WrittenClip } from './shardWriter';

const count = z.int().min(0);

/** Position of a clip. */
const storedSchema = z.strictObject({
  /** Name of the shard in the folder `shards`. */
  shard: z.string(),
  /** Offset and size of all members of the clip [bytes], and their SHA-256. */
  offset: count,
  length: count,
  sha256: z.string(),
  /** Offset and size of its record among them, and its CRC-32. */
  record: z.strictObject({ offset: count, bytes: count, checksum: count }),
});

/** One line of a manifest: a file of the data set and the result of extracting it. */
const lineSchema = z.strictObject({
  ...recordSchema.shape.clip.shape,
  position: count,
  original: recordSchema.shape.original,
  durationSeconds: z.number().nullable(),
  frames: count,
  samples: count,
  stored: storedSchema,
  error: z.string().optional(),
});

export type ManifestLine = Readonly<z.infer<typeof lineSchema>>;

/** First line of a shard's description. */
const headSchema = z.strictObject({ format: z.literal(1), settings: z.string(), shard: count, clips: count });

/** A numbered shard of an extraction: its clips and its file names. */
export interface Shard {
  readonly index: number;
  /** Positions in the data set: from `first` up to `end`, exclusive. */
  readonly first: number;
  readonly end: number;
  readonly tar: string;
  /** File with its lines of the manifest. */
  readonly part: string;
}

/** All shards of an extraction; the same on every machine. */
export function shardsOf(folder: string, { clipsPerShard, dataset }: Extraction): Shard[] {
  return Array.from({ length: Math.ceil(dataset.count / clipsPerShard) }, (_, index) => {
    const name = `clips-${String(index).padStart(5, '0')}`;
    const first = index * clipsPerShard;
    return {
      index,
      first,
      end: Math.min(dataset.count, first + clipsPerShard),
      tar: join(folder, 'shards', `${name}.tar`),
      part: join(folder, 'shards', `${name}.jsonl`),
    };
  });
}

/** Writes the description of a complete shard. */
export function writePart(shard: Shard, extraction: Extraction, clips: readonly WrittenClip[]): void {
  const head = { format: 1, settings: settingsHash(extraction), shard: shard.index, clips: clips.length };
  const name = shard.tar.slice(shard.tar.lastIndexOf('clips-'));
  const lines = clips.map((clip) => manifestLine(clip, name));
  writeFileAtomic(shard.part, `${[head, ...lines].map((line) => JSON.stringify(line)).join('\n')}\n`);
}

/** Rewrites a shard's description that was lost with the process that wrote the shard. */
export function restorePart(shard: Shard, extraction: Extraction): void {
  writePart(shard, extraction, scanShard(shard.tar).clips);
}

/** Reads a description, or says why it does not belong to the extraction. */
export function readPart(
  shard: Shard,
  extraction: Extraction,
): ManifestLine[] | 'missing' | 'damaged' | 'other settings' {
  if (!existsSync(shard.part) || !existsSync(shard.tar)) return 'missing';
  try {
    const [first, ...rest] = readFileSync(shard.part, 'utf8').trimEnd().split('\n');
    const head = headSchema.parse(JSON.parse(first));
    if (head.settings !== settingsHash(extraction)) return 'other settings';
    const lines = rest.map(parseLine);
    const fits =
      lines.length === shard.end - shard.first &&
      lines.every(({ position }, i) => position === shard.first + i);
    return fits && head.clips === lines.length ? lines : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** @throws if the text is not a line of a manifest */
export function parseLine(text: string): ManifestLine {
  return lineSchema.parse(JSON.parse(text));
}

function manifestLine(
  { record, offset, length, sha256, recordPlace }: WrittenClip,
  shard: string,
): ManifestLine {
  const { position, clip, original, durationSeconds, frames, sound, error } = record;
  return {
    position,
    ...clip,
    original,
    durationSeconds,
    frames: frames?.count ?? 0,
    samples: sound?.samples ?? 0,
    stored: { shard, offset, length, sha256, record: recordPlace },
    ...(error !== undefined && { error }),
  };
}
