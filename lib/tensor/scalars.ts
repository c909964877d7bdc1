import { tf } from './native';

/** A tree of numbers as a tree of scalar tensors. */
export type Scalars<T> = T extends number ? tf.Scalar : { readonly [K in keyof T]: Scalars<T[K]> };

/** Converts numbers to tensors, so that they may change between calls of a traced graph. */
export function scalarsOf<T extends object>(numbers: T): Scalars<T> {
  const entries = Object.entries(numbers).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' ? tf.scalar(value) : scalarsOf(value as object),
  ]);
  return Object.fromEntries(entries) as Scalars<T>;
}
