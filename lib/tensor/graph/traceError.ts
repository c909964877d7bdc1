/** Tracing met something that a graph cannot do. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}
