/** A native graph could not be built or run; `code` is TensorFlow's name of the cause. */
export class GraphError extends Error {
  override readonly name = 'GraphError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Turns an error of the addon into one that says what to do where that is known. */
export function nativeError(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  if (code === undefined) return error as Error;
  const first = message.split('\n')[0];
  if (code === 'RESOURCE_EXHAUSTED')
    return new GraphError(
      code,
      `The memory does not suffice (${first}): choose a smaller training.batch, or more parts with training.accumulate.`,
    );
  return new GraphError(code, `TensorFlow could not run the graph (${code}): ${first}`);
}
