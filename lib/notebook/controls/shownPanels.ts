/** Runs whose control panel, with its progress bar, is on a page. */
const shown = new WeakSet<object>();

/** True if a panel on a page shows the run's progress. */
export function showsPanel(run: object): boolean {
  return shown.has(run);
}

export function markPanel(run: object, isShown: boolean): void {
  if (isShown) shown.add(run);
  else shown.delete(run);
}
