import assert from 'node:assert/strict';
import type { tf } from 'xkd';

/** Nested rows of numbers, as returned by a tensor's `arraySync`. */
type Rows = number | readonly Rows[];

/**
 * Asserts that a number, a list or a tensor equals values worked out by hand, including the shape, up to
 * float32 rounding.
 */
export function near(actual: Rows | tf.Tensor, expected: Rows, tolerance = 2e-6): void {
  const found = isRows(actual) ? actual : (actual.arraySync() as Rows);
  const message = `${JSON.stringify(found)} is not ${JSON.stringify(expected)}`;
  const [values, wanted] = [flat(found), flat(expected)];
  assert.deepEqual(shapeOf(found), shapeOf(expected), message);
  values.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) <= tolerance, message));
}

function isRows(values: Rows | tf.Tensor): values is Rows {
  return typeof values === 'number' || Array.isArray(values);
}

function flat(rows: Rows): number[] {
  return typeof rows === 'number' ? [rows] : rows.flatMap(flat);
}

function shapeOf(rows: Rows): number[] {
  return typeof rows === 'number' ? [] : [rows.length, ...(rows.length > 0 ? shapeOf(rows[0]) : [])];
}
