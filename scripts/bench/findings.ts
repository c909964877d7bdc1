import type { BenchRow } from './measure';

/** Memory limit of a base step with two clips. */
const baseStepLimitBytes = 12e9;

/** Sentences on rows that violate requirements other than speed; empty if none do. */
export function findProblems(rows: readonly BenchRow[]): string[] {
  const leaks = rows
    .filter(({ liveTensors }) => liveTensors !== null && liveTensors[0] !== liveTensors[1])
    .map(
      ({ preset, batch, engine, rounds, liveTensors }) =>
        `${preset}, batch ${batch}, ${engine}: ${liveTensors![0]} live tensors became ${liveTensors![1]} in ${rounds} rounds.`,
    );
  const heavy = rows
    .filter(
      ({ preset, batch, engine, peakMemoryBytes }) =>
        preset === 'base' && batch <= 2 && engine !== 'pytorch' && peakMemoryBytes > baseStepLimitBytes,
    )
    .map(
      ({ engine, peakMemoryBytes }) =>
        `base, batch 2, ${engine}: took ${(peakMemoryBytes / 1e9).toFixed(1)} GB, more than ${baseStepLimitBytes / 1e9} GB.`,
    );
  return [...leaks, ...heavy];
}
