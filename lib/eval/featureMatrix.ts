/** Features of many clips: one row per clip, row-major. */
export interface FeatureMatrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** The given rows, in the given order. */
export function selectRows({ data, columns }: FeatureMatrix, rows: ArrayLike<number>): FeatureMatrix {
  const selected = new Float32Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    selected.set(data.subarray(rows[i] * columns, (rows[i] + 1) * columns), i * columns);
  }
  return { data: selected, rows: rows.length, columns };
}

/** Divides each row by its L2 norm. Rows of zeros stay as they are. */
export function normaliseRows({ data, rows, columns }: FeatureMatrix): FeatureMatrix {
  const normalised = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * columns, (row + 1) * columns);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    for (let j = 0; j < columns; j++) normalised[row * columns + j] = values[j] / (length || 1);
  }
  return { data: normalised, rows, columns };
}

/** Two features of the same clips, side by side. */
export function concatenateColumns(left: FeatureMatrix, right: FeatureMatrix): FeatureMatrix {
  if (left.rows !== right.rows) throw new Error(`${left.rows} rows beside ${right.rows}`);
  const columns = left.columns + right.columns;
  const data = new Float32Array(left.rows * columns);
  for (let row = 0; row < left.rows; row++) {
    data.set(left.data.subarray(row * left.columns, (row + 1) * left.columns), row * columns);
    data.set(
      right.data.subarray(row * right.columns, (row + 1) * right.columns),
      row * columns + left.columns,
    );
  }
  return { data, rows: left.rows, columns };
}

/** Dot product of a row with the `columns` values of a vector that start at `offset`. */
export function rowDot(
  { data, columns }: FeatureMatrix,
  row: number,
  vector: Float64Array,
  offset = 0,
): number {
  const start = row * columns;
  const blocked = columns - (columns % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  // Four sums, because with a single one each addition would wait for the one before.
  for (let j = 0; j < blocked; j += 4) {
    a += data[start + j] * vector[offset + j];
    b += data[start + j + 1] * vector[offset + j + 1];
    c += data[start + j + 2] * vector[offset + j + 2];
    d += data[start + j + 3] * vector[offset + j + 3];
  }
  for (let j = blocked; j < columns; j++) a += data[start + j] * vector[offset + j];
  return a + b + (c + d);
}

/** Adds a multiple of a row to the `columns` values of a vector that start at `offset`. */
export function addRow(
  { data, columns }: FeatureMatrix,
  row: number,
  factor: number,
  vector: Float64Array,
  offset = 0,
): void {
  const start = row * columns;
  for (let j = 0; j < columns; j++) vector[offset + j] += factor * data[start + j];
}

/** Adds a multiple of a row's squares to the `columns` values of a vector that start at `offset`. */
export function addSquaredRow(
  { data, columns }: FeatureMatrix,
  row: number,
  factor: number,
  vector: Float64Array,
  offset = 0,
): void {
  const start = row * columns;
  for (let j = 0; j < columns; j++) vector[offset + j] += factor * data[start + j] * data[start + j];
}
