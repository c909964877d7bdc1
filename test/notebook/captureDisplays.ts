/** What a cell has sent to the front end. */
export interface Shown {
  readonly data: Record<string, unknown>;
  readonly id: string | undefined;
  readonly update: boolean;
}

/**
 * Stands in for the kernel while `work` runs: what would be shown below a cell is collected.
 */
export async function captureDisplays(work: () => unknown): Promise<Shown[]> {
  const path = require.resolve('tslab/dist/jupyter.js');
  const before = require.cache[path];
  const shown: Shown[] = [];
  const lastWriteDisplayData = (
    message: { data: Record<string, unknown>; transient: { display_id?: string } },
    update: boolean,
  ): void => {
    shown.push({ data: message.data, id: message.transient.display_id, update });
  };
  require.cache[path] = { exports: { lastWriteDisplayData } } as unknown as NodeJS.Module;
  try {
    await work();
  } finally {
    require.cache[path] = before;
  }
  return shown;
}
