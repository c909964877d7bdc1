/** A notebook of our kernel with these cells, not yet run. */
export function notebookOf(sources: readonly string[]): object {
  const cells = sources.map((source, i) => ({
    ...{ cell_type: 'code', id: `cell-${i}`, metadata: {} },
    ...{ source, outputs: [], execution_count: null },
  }));
  const kernelspec = { display_name: 'TypeScript', language: 'typescript', name: 'tslab' };
  return { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}
