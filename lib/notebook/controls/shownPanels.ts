/** Runs whose panel of controls is on a page, with its bar. */
const shown = new WeakSet<object>();

/** Whether a panel tells on a page how far a run is. */
export function showsPanel(run: object): boolean {
  return shown.has(run);
}

export function markPanel(run: object, isShown: boolean): void {
  if (isShown) shown.add(run);
  else shown.delete(run);
}
