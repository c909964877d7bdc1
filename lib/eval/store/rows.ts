import { concatenateColumns, normaliseRows, selectRows, type FeatureMatrix } from '../featureMatrix';
import { readChunk, type Chunk } from './chunk';

/** Rows of features that need not all be in memory at once; row-major. */
export interface RowSource {
  readonly rows: number;
  readonly columns: number;
  /** Returns consecutive rows. They must not be changed. */
  read(first: number, count: number): Float32Array;
}

/** Rows in memory. */
export function rowsInMemory({ data, rows, columns }: FeatureMatrix): RowSource {
  return {
    rows,
    columns,
    read: (first, count) => data.subarray(first * columns, (first + count) * columns),
  };
}

/** Loads all rows into memory. */
export function matrixOf({ rows, columns, read }: RowSource): FeatureMatrix {
  return { data: read(0, rows), rows, columns };
}

/** Rows from a feature file. */
export interface RowPart {
  readonly chunk: Chunk;
  readonly position: number;
}

/** Rows on disk, with one chunk in memory at a time. Reading in order loads each chunk once. */
export function rowsOnDisk(parts: readonly RowPart[]): RowSource {
  const { rowsEach, columns } = parts[0].chunk;
  let open: { readonly chunk: Chunk; readonly values: Float32Array } | null = null;
  const valuesOf = (chunk: Chunk): Float32Array => {
    if (open?.chunk !== chunk) open = { chunk, values: readChunk(chunk) };
    return open.values;
  };
  return {
    rows: parts.length * rowsEach,
    columns,
    read(first, count) {
      const block = new Float32Array(count * columns);
      for (let row = first; row < first + count;) {
        const { chunk, position } = parts[Math.floor(row / rowsEach)];
        const within = row % rowsEach;
        const length = Math.min(rowsEach - within, first + count - row);
        const start = (position * rowsEach + within) * columns;
        block.set(valuesOf(chunk).subarray(start, start + length * columns), (row - first) * columns);
        row += length;
      }
      return block;
    },
  };
}

/** Concatenates two sources of the same clips, each row divided by its L2 norm (audio-visual fusion). */
export function fuseRows(video: RowSource, audio: RowSource): RowSource {
  // A clip has several video rows, one per crop, but only one audio row.
  const crops = video.rows / audio.rows;
  if (!Number.isInteger(crops))
    throw new Error(`${video.rows} rows of pictures beside ${audio.rows} of sound`);
  const columns = video.columns + audio.columns;
  return {
    rows: video.rows,
    columns,
    read(first, count) {
      const firstSound = Math.floor(first / crops);
      const soundCount = Math.ceil((first + count) / crops) - firstSound;
      const sounds = { data: audio.read(firstSound, soundCount), rows: soundCount, columns: audio.columns };
      const pictures = { data: video.read(first, count), rows: count, columns: video.columns };
      const places = Int32Array.from(
        { length: count },
        (_, i) => Math.floor((first + i) / crops) - firstSound,
      );
      return concatenateColumns(normaliseRows(pictures), normaliseRows(selectRows(sounds, places))).data;
    },
  };
}
