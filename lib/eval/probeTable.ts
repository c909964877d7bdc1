import type { ValueTable } from '../shown';
import type { ProbeResult } from './probe';

/** A probe's result as a table with one row per classifier. */
export function probeTable(result: ProbeResult): ValueTable {
  const { modality, tower, classes, trainClips, testClips, chance, logistic, svm, skipped } = result;
  const rows = { 'logistic regression': logistic, 'linear SVM': svm };
  return {
    caption: `Linear probe: ${modality === 'both' ? 'video and audio' : modality} of the ${tower}, ${classes.length} classes`,
    rows: Object.entries(rows).map(([classifier, { top1, top5, cost }]) => ({
      classifier,
      'top-1': percent(top1),
      'top-5': percent(top5),
      cost,
    })),
    notes: [
      `${trainClips} clips to learn from, ${testClips} to test; always naming the most frequent class: ${percent(chance)}.`,
      ...(skipped.length > 0 ? [`Left out: ${skipped.length} files that could not be used.`] : []),
    ],
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
