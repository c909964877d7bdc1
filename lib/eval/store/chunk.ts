import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors';
import { DamagedFile, openSafetensors, writeSealedSafetensors } from '../../files';
import type { FileFingerprint } from './fileFingerprint';

/** A media file with features in a chunk. */
export interface StoredFile {
  /** Relative to the data set's folder. */
  readonly name: string;
  readonly fingerprint: FileFingerprint;
}

/** A feature file that was written in one go. It holds the features of some media files, one after the other. */
export interface Chunk {
  readonly path: string;
  readonly files: readonly StoredFile[];
  /** Number of rows per media file. */
  readonly rowsEach: number;
  readonly columns: number;
}

export const chunkEnding = '.safetensors';

const tensorName = 'features';
const filesSchema = z.array(
  z.strictObject({
    name: z.string(),
    fingerprint: z.strictObject({ bytes: z.number(), modifiedMs: z.number(), sha256: z.string() }),
  }),
);

/**
 * Writes a chunk to the folder of its set, atomically.
 *
 * @param set hash of the set's key
 * @param features `[files x rowsEach, columns]`
 */
export function writeChunk(
  folder: string,
  set: string,
  files: readonly StoredFile[],
  features: Float32Array,
  columns: number,
): Chunk {
  const list = JSON.stringify(files);
  const name = createHash('sha256').update(list).digest('hex').slice(0, 20);
  const path = join(folder, `${name}${chunkEnding}`);
  const rows = features.length / columns;
  const source = { dtype: 'F32' as const, shape: [rows, columns], data: features };
  writeSealedSafetensors(path, new Map([[tensorName, source]]), { set, files: list });
  return { path, files, rowsEach: rows / files.length, columns };
}

/**
 * Reads the contents list of a chunk, without its values.
 *
 * @throws DamagedFile, or UserError if the chunk belongs to another set
 */
export function openChunk(path: string, set: string): Chunk {
  const reader = openSafetensors(path);
  try {
    if (reader.metadata.set !== set) {
      throw new UserError(
        `"${path}" holds features of another checkpoint, configuration or choice of clips than the folder in which it lies; remove it.`,
      );
    }
    const files = filesSchema.parse(JSON.parse(reader.metadata.files));
    const [rows, columns] = reader.entry(tensorName).shape;
    return { path, files, rowsEach: rows / files.length, columns };
  } finally {
    reader.close();
  }
}

/**
 * Values of a chunk, `[files x rowsEach, columns]`.
 *
 * @throws DamagedFile if they differ from what was written, or are not finite
 */
export function readChunk({ path }: Chunk): Float32Array {
  const reader = openSafetensors(path);
  try {
    const values = reader.read(tensorName).data as Float32Array;
    if (values.every(Number.isFinite)) return values;
    // Such values are never written here; another program wrote them.
    const reason = 'it holds values that are not finite numbers';
    throw new DamagedFile(
      `"${path}" is damaged: ${reason}; remove it, and its features are computed again.`,
      reason,
    );
  } finally {
    reader.close();
  }
}
