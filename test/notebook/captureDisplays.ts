/** Symbol by which lib finds the kernel that runs it. */
const kernelSymbol = Symbol.for('xkd.kernel');

/** Outputs that a cell has sent to the front end. */
export interface Shown {
  readonly data: Record<string, unknown>;
  readonly id: string | undefined;
  readonly update: boolean;
}

/**
 * Replaces the kernel while `work` runs, and collects what would be shown below a cell.
 *
 * @param watch gets the growing list before the work begins
 */
export async function captureDisplays(
  work: () => unknown,
  watch: (shown: readonly Shown[]) => void = () => undefined,
): Promise<Shown[]> {
  const place = globalThis as Record<symbol, unknown>;
  const before = place[kernelSymbol];
  const shown: Shown[] = [];
  watch(shown);
  const display = (
    message: { data: Record<string, unknown>; transient: { display_id?: string } },
    update: boolean,
  ): void => {
    shown.push({ data: message.data, id: message.transient.display_id, update });
  };
  place[kernelSymbol] = { comms: null, display, clear: () => undefined };
  try {
    await work();
  } finally {
    place[kernelSymbol] = before;
  }
  return shown;
}
