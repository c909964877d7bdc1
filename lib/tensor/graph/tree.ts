import { tf } from '../native';

/*
 * A tree is a tensor, or an object, array or Map of trees; numbers and strings in it are part of its form. A step's
 * trees have more than a thousand tensors, so the work per call relies on their order and builds no paths.
 */

// Looked up once: it is behind the getters of two packages, and a step needs it thousands of times.
const { Tensor } = tf;

/** Identifies a graph: names, types and shapes of tensors, and the values between them. */
export type TreeForm =
  | { readonly dtype: tf.DataType; readonly shape: readonly number[] }
  | { readonly keys: readonly string[]; readonly branches: readonly TreeForm[] }
  | { readonly value: unknown };

export function treeForm(tree: unknown): TreeForm {
  if (tree instanceof Tensor) return { dtype: tree.dtype, shape: [...tree.shape] };
  if (!isBranching(tree)) return { value: tree };
  const entries = branches(tree);
  return { keys: entries.map(([key]) => key), branches: entries.map(([, branch]) => treeForm(branch)) };
}

export function hasForm(tree: unknown, form: TreeForm): boolean {
  if (tree instanceof Tensor) {
    if (!('dtype' in form) || tree.dtype !== form.dtype) return false;
    return (
      tree.shape.length === form.shape.length &&
      form.shape.every((size, i) => size === (tree as tf.Tensor).shape[i])
    );
  }
  if (!isBranching(tree)) return 'value' in form && Object.is(tree, form.value);
  if (!('keys' in form)) return false;
  const entries = branches(tree);
  return (
    entries.length === form.keys.length &&
    entries.every(([key, branch], i) => key === form.keys[i] && hasForm(branch, form.branches[i]))
  );
}

/** The tensors of a tree, in order. */
export function leavesOf(tree: unknown, into: tf.Tensor[] = []): tf.Tensor[] {
  if (tree instanceof Tensor) into.push(tree);
  else if (tree instanceof Map) for (const branch of tree.values()) leavesOf(branch, into);
  else if (isBranching(tree)) for (const branch of Object.values(tree)) leavesOf(branch, into);
  return into;
}

/** The tensors of a tree by path, such as `state/weights/cls_token`, in order. */
export function flattenTree(
  tree: unknown,
  path = '',
  into = new Map<string, tf.Tensor>(),
): Map<string, tf.Tensor> {
  if (tree instanceof Tensor) into.set(path, tree);
  else if (isBranching(tree))
    for (const [key, branch] of branches(tree))
      flattenTree(branch, path === '' ? key : `${path}/${key}`, into);
  return into;
}

/** A tree of the same form with other tensors, given in tree order. */
export function rebuildTree<T>(tree: T, leaves: Iterator<tf.Tensor>): T {
  if (tree instanceof Tensor) return leaves.next().value as T;
  if (!isBranching(tree)) return tree;
  if (Array.isArray(tree)) return tree.map((branch) => rebuildTree(branch as unknown, leaves)) as T;
  const rebuilt = branches(tree).map(([key, branch]) => [key, rebuildTree(branch, leaves)] as const);
  return (tree instanceof Map ? new Map(rebuilt) : Object.fromEntries(rebuilt)) as T;
}

function isBranching(tree: unknown): tree is object {
  return typeof tree === 'object' && tree !== null;
}

function branches(tree: object): [string, unknown][] {
  return tree instanceof Map ? [...(tree as Map<string, unknown>)] : Object.entries(tree);
}
