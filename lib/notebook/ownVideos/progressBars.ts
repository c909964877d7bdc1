import type { ProtocolProgress } from '../../eval';
import { openDisplay } from '../display';
import { progressLine } from '../progressBar';

const intervalMs = 200;

/** Shows the progress of a protocol as a single bar below the cell, for whichever stage is running. */
export function progressBars(): (progress: ProtocolProgress) => void {
  const display = openDisplay();
  let now = { label: '', start: 0 };
  let drawn = -Infinity;
  return ({ label, done, total, unit }) => {
    const time = performance.now();
    if (label !== now.label) now = { label, start: time };
    if (time - drawn < intervalMs && done < total) return;
    drawn = time;
    const seconds = (time - now.start) / 1000;
    display.update({ 'text/plain': progressLine({ done, total, label, unit, note: '', seconds }) });
  };
}
