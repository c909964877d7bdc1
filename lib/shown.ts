import type { Row } from './notebook/table';

/*
 * What a notebook shows of a value that is the last of a cell. The kernel asks each object for a method under the symbol
 * `xkd.show` (`Symbol.for('xkd.show')`), which returns a small table or a MIME bundle; classes of one's own may have one.
 */

/** Name of the method that tells what is shown of a value. */
export const showValue: unique symbol = Symbol.for('xkd.show');

/** A value as a small table. */
export interface ValueTable {
  /** What it is, in a few words. */
  readonly caption: string;
  readonly rows: readonly Row[];
  /** Sentences below. */
  readonly notes?: readonly string[];
}

/** An object that says itself what is shown of it. */
export interface Shown {
  [showValue](): ValueTable;
}

/**
 * Gives a plain object its table. Nothing else sees it: it is in no copy, no JSON and no comparison, and no loop over the
 * object's keys comes by it.
 */
export function shownAs<T extends object>(value: T, table: (value: T) => ValueTable): T {
  Object.defineProperty(value, showValue, {
    value: () => table(value),
    enumerable: false,
    configurable: true,
  });
  return value;
}
