import { z } from 'zod';

const count = z.int().min(0);
const checksums = z.array(z.int());

const original = z.strictObject({
  /** Size and SHA-256 of the original file; null if it could not be read. */
  bytes: count.nullable(),
  sha256: z.string().nullable(),
});

const frames = z.strictObject({
  count,
  height: count,
  width: count,
  /** Offset of the first one from the start of the clip's bytes [bytes]. */
  offset: count,
  /** Size of each [bytes]: a single number if all are equal. */
  bytes: z.union([count, z.array(count)]),
  /** CRC-32 of each. */
  checksums,
});

const sound = z.strictObject({
  samples: count,
  offset: count,
  encoding: z.enum(['float32', 'int16']),
  /** Factor applied to stored values; 1 for float32. */
  scale: z.number().positive(),
  /** Samples covered by one checksum. */
  blockSamples: count,
  /** CRC-32 of each block. */
  checksums,
});

const clip = z.strictObject({
  path: z.string(),
  label: z.string().nullable(),
  split: z.string().nullable(),
  labels: z.array(z.string()).readonly().optional(),
  startSeconds: z.number().optional(),
  endSeconds: z.number().optional(),
  sound: z.string().optional(),
});

/**
 * Metadata stored beside the bytes of a clip in its shard: their positions, and checksums to detect damage.
 */
export const recordSchema = z.strictObject({
  /** Position in the data set. */
  position: count,
  clip,
  original,
  /** Length of the clip as stated by the original [s]; null if it is not stated. */
  durationSeconds: z.number().nullable(),
  frames: frames.nullable(),
  sound: sound.nullable(),
  /** Reason why the original could not be used, as the end of a sentence that starts with "it". */
  error: z.string().optional(),
});

export type ClipRecord = Readonly<z.infer<typeof recordSchema>>;
export type StoredFrames = NonNullable<ClipRecord['frames']>;
export type StoredSound = NonNullable<ClipRecord['sound']>;

/** Offset and size of a frame [bytes], from the start of the clip's bytes. */
export function framePlace(
  { offset, bytes }: StoredFrames,
  frame: number,
): { offset: number; bytes: number } {
  if (typeof bytes === 'number') return { offset: offset + frame * bytes, bytes };
  let at = offset;
  for (let i = 0; i < frame; i++) at += bytes[i];
  return { offset: at, bytes: bytes[frame] };
}

export const sampleBytes = { float32: 4, int16: 2 } as const;
