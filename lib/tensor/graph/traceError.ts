/** Tracing met something that a graph cannot do. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/** An op takes a tensor that the graph does not know. */
export function strangeTensor(op: string, shape: readonly number[]): TraceError {
  return new TraceError(
    `The op ${op} uses a tensor of shape [${shape.join(', ')}] that is neither an input nor made by the traced function.`,
  );
}
