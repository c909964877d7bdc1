/*
 * Names of the parts of a computation. The model sets them around its pieces; a record of its ops says which part each op
 * belongs to. Nothing else depends on them.
 */

let current = '';

/** Computes a named part. A part within it has its own name. */
export function inPart<T>(part: string, compute: () => T): T {
  const outer = current;
  current = part;
  try {
    return compute();
  } finally {
    current = outer;
  }
}

/** Name of the innermost part that is being computed; empty outside. */
export function currentPart(): string {
  return current;
}
