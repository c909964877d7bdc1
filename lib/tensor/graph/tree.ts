import { tf } from '../native';
import type { TensorRecord } from './tracedFunction';

/*
 * A tree is a tensor, or an object, array or Map of trees; numbers and text in between are part of its form.
 */

// Looked up once: it lies behind two packages' getters, and a step asks thousands of times.
const { Tensor } = tf;

/** The tensors of a tree by their paths, such as `state/weights/cls_token`. */
export function flattenTree(
  tree: unknown,
  path = '',
  into = new Map<string, tf.Tensor>(),
): Map<string, tf.Tensor> {
  if (tree instanceof Tensor) into.set(path, tree);
  else
    for (const [key, branch] of branches(tree))
      flattenTree(branch, path === '' ? key : `${path}/${key}`, into);
  return into;
}

/** A tree of the same form with other tensors. */
export function rebuildTree<T>(form: T, tensors: TensorRecord, path = ''): T {
  if (form instanceof Tensor) return tensors.get(path) as T;
  const rebuilt = ([key, branch]: [string, unknown]): [string, unknown] => [
    key,
    rebuildTree(branch, tensors, path === '' ? key : `${path}/${key}`),
  ];
  if (form instanceof Map) return new Map(branches(form).map(rebuilt)) as T;
  if (Array.isArray(form)) return branches(form).map((entry) => rebuilt(entry)[1]) as T;
  if (typeof form === 'object' && form !== null) return Object.fromEntries(branches(form).map(rebuilt)) as T;
  return form;
}

/** What tells graphs apart: names, types and shapes of tensors, and the values between them. */
export function treeSignature(tree: unknown): string {
  if (tree instanceof Tensor) return `${tree.dtype}[${tree.shape.join()}]`;
  if (typeof tree !== 'object' || tree === null) return JSON.stringify(tree) ?? 'undefined';
  return `{${branches(tree).map(([key, branch]) => `${key}:${treeSignature(branch)}`)}}`;
}

function branches(tree: unknown): [string, unknown][] {
  if (tree instanceof Map) return [...(tree as Map<string, unknown>)];
  return typeof tree === 'object' && tree !== null ? Object.entries(tree) : [];
}
