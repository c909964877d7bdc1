import type { Row } from './table';

/*
 * How a notebook shows the last value of a cell. The kernel calls each object's method under the symbol `xkd.show`
 * (`Symbol.for('xkd.show')`), which returns a small table or a MIME bundle. Your own classes may define it too.
 */

/** Name of the method that returns what is shown of a value. */
export const showValue: unique symbol = Symbol.for('xkd.show');

/** A value as a small table. */
export interface ValueTable {
  /** Short description of the value. */
  readonly caption: string;
  readonly rows: readonly Row[];
  /** Sentences below the table. */
  readonly notes?: readonly string[];
}

/** An object that determines how it is shown. */
export interface Shown {
  [showValue](): ValueTable;
}

/**
 * Attaches a table to a plain object. It is invisible elsewhere: copies, JSON, comparisons and loops over the object's keys
 * ignore it.
 */
export function shownAs<T extends object>(value: T, table: (value: T) => ValueTable): T {
  Object.defineProperty(value, showValue, {
    value: () => table(value),
    enumerable: false,
    configurable: true,
  });
  return value;
}
