import type { DataFrame } from 'danfojs-node';
import { UserError } from '../errors';

export type FrameCell = string | number | boolean | null | undefined;

/**
 * Type of a frame's column. Numbers keep the precision of JavaScript (64 bits); `float32` is danfo's name for numbers
 * that are not all whole, and the precision of `frame.tensor`.
 */
export type ColumnType = 'int32' | 'float32' | 'string' | 'boolean';

export interface DataFrameArgs {
  /** Types of columns; those of the others follow from their values. */
  readonly types?: Readonly<Record<string, ColumnType>>;
}

/**
 * A danfo.js data frame of rows, whose keys are the names of the columns.
 *
 * A number that a row lacks is NaN, as danfo's arithmetic takes null for 0; any other value that it lacks is null. A
 * column of whole numbers is `int32` if no row lacks one, any other column of numbers `float32`.
 *
 * @throws UserError if there are no rows, or a column mixes texts and numbers or has the name of a frame's own property
 *
 * @example
 * ```ts
 * import { dataFrame } from 'xkd';
 *
 * const frame = dataFrame([
 *   { step: 0, loss: 4.5 },
 *   { step: 1, loss: 3.5 },
 * ]);
 * console.log(frame.shape, frame.column('loss').mean()); // [ 2, 2 ] 4
 * ```
 */
export function dataFrame(
  rows: readonly Readonly<Record<string, FrameCell>>[],
  args: DataFrameArgs = {},
): DataFrame {
  if (rows.length === 0) throw new UserError('A data frame needs at least one row; there are none here.');
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const { DataFrame } = danfo();
  const columns = names.map((name) => {
    // danfo.js makes each column a property of the frame.
    if (name in DataFrame.prototype) {
      throw new UserError(`A column cannot be called "${name}", which means something else in a data frame.`);
    }
    const values = rows.map((row) => row[name] ?? null);
    const type = args.types?.[name] ?? typeOf(name, values);
    const missing = type === 'int32' || type === 'float32' ? NaN : null;
    return { type, values: values.map((value) => value ?? missing) };
  });
  const cells = rows.map((_, r) => columns.map(({ values }) => values[r]));
  return new DataFrame(cells, { columns: names, dtypes: columns.map(({ type }) => type) });
}

/** Two frames that are joined by the values of columns that both have. */
export interface MergeArgs {
  readonly left: DataFrame;
  readonly right: DataFrame;
  /** Names of the columns by which rows belong together. */
  readonly on: readonly string[];
  /** `inner` keeps rows that both frames have, `left` all of the left one; default: inner. */
  readonly how?: 'inner' | 'left' | 'right' | 'outer';
}

/**
 * danfo.js's `merge`: a row for each pair of a left and a right row with the same values of `on`. Columns that both have
 * besides get the suffix `_1` on the right.
 *
 * @throws UserError if a frame lacks a column of `on`
 *
 * @example
 * ```ts
 * import { dataFrame, merge } from 'xkd';
 *
 * const left = dataFrame([{ clip: 0, label: 'glass' }]);
 * const right = dataFrame([{ clip: 0, rank: 3 }]);
 * const joined = merge({ left, right, on: ['clip'] });
 * console.log(joined.columns, joined.values); // [ 'clip', 'label', 'rank' ] [ [ 0, 'glass', 3 ] ]
 * ```
 */
export function merge({ left, right, on, how = 'inner' }: MergeArgs): DataFrame {
  for (const [side, { columns }] of Object.entries({ left, right })) {
    const lacking = on.find((name) => !columns.includes(name));
    if (lacking !== undefined) {
      throw new UserError(`The ${side} frame has no column "${lacking}" (it has ${columns.join(', ')}).`);
    }
  }
  return danfo().merge({ left, right, on: [...on], how });
}

function typeOf(name: string, values: readonly FrameCell[]): ColumnType {
  const present = values.filter((value) => value !== null);
  const types = [...new Set(present.map((value) => typeof value))];
  if (types.length > 1) {
    throw new UserError(
      `The column "${name}" mixes values of the types ${types.join(' and ')}: give all of its values one type.`,
    );
  }
  if (types[0] === 'boolean') return 'boolean';
  if (types[0] !== 'number') return 'string';
  return present.length === values.length && present.every(Number.isInteger) ? 'int32' : 'float32';
}

/**
 * danfo.js, loaded when the first frame is made: it takes about a second. The TensorFlow that it loads is this
 * process's only one, which has to be set up first.
 */
function danfo(): typeof import('danfojs-node') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on demand, without a promise
  require('../tensor/native');
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as above
  const loaded = require('danfojs-node') as typeof import('danfojs-node');
  // Results of operations are of the class below the exported one.
  mendQuery(Object.getPrototypeOf(loaded.DataFrame.prototype) as DataFrame);
  return loaded;
}

const mended = Symbol('query is mended');

/**
 * danfo.js 1.2.0 takes the labels of the chosen rows for their positions, so that `query` on the result of a `query`
 * chooses wrong rows or fails. It is given the positions instead.
 */
function mendQuery(frames: DataFrame & { [mended]?: true }): void {
  if (frames[mended]) return;
  const query = frames.query;
  frames.query = function (this: DataFrame, condition, options) {
    const holds = Array.isArray(condition) ? condition : (condition.values as boolean[]);
    const positions = holds.flatMap((each, i) => (each ? [i] : []));
    return query.call(this, positions as unknown as boolean[], options);
  };
  Object.defineProperty(frames, mended, { value: true, enumerable: false });
}
