import type { ValueTable } from '../shown';
import type { ProbeResult } from './probe';
import { probeClassifiers, type ProbeClassifier } from './protocols/registry';

/** A probe's result as a table with one row per classifier. */
export function probeTable(result: ProbeResult): ValueTable {
  const { modality, tower, classes, trainClips, testClips, chance, skipped } = result;
  const names = Object.keys(probeClassifiers) as ProbeClassifier[];
  return {
    caption: `Linear probe: ${modality === 'both' ? 'video and audio' : modality} of the ${tower}, ${classes.length} classes`,
    rows: names.map((name) => ({
      classifier: probeClassifiers[name],
      'top-1': percent(result[name].top1),
      'top-5': percent(result[name].top5),
      cost: result[name].cost,
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
