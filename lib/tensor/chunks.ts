import { tf } from './native';

/** Maximum number of values in joined tensors; larger tensors stay separate and are not copied. */
const chunkValues = 2 ** 17;

/**
 * Groups tensors, so that element-wise work on many small ones is done on a few long vectors.
 *
 * @param names in order
 * @param size number of values of a tensor
 * @param kind only names of equal kind share a group
 */
export function chunkNames(
  names: readonly string[],
  size: (name: string) => number,
  kind: (name: string) => string = () => '',
): string[][] {
  const open = new Map<string, { names: string[]; values: number }>();
  const chunks: string[][] = [];
  for (const name of names) {
    const values = size(name);
    const group = open.get(kind(name));
    if (group !== undefined && group.values + values <= chunkValues) {
      group.names.push(name);
      group.values += values;
    } else {
      const fresh = { names: [name], values };
      chunks.push(fresh.names);
      if (values < chunkValues) open.set(kind(name), fresh);
    }
  }
  return chunks;
}

/** Joins tensors into one vector. */
export function joinFlat(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tensors.length === 1 ? tensors[0] : tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1])));
}

/** Inverse of {@link joinFlat}: parts with the shapes of `like`. */
export function splitFlat(flat: tf.Tensor, like: readonly tf.Tensor[]): tf.Tensor[] {
  if (like.length === 1) return [tf.reshape(flat, like[0].shape)];
  const parts = tf.split(
    flat,
    like.map((tensor) => tensor.size),
  );
  return parts.map((part, i) => tf.reshape(part, like[i].shape));
}
