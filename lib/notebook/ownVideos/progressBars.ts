import type { ProtocolProgress } from '../../eval';
import { openDisplay } from '../display';
import { progressLine } from '../progressBar';

const intervalMs = 200;

/** Takes the progress of a protocol and shows one bar below the cell, for whatever it is doing. */
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
