import type { BenchRow } from './measure';

/** Memory within which a base step of two clips has to stay. */
const baseStepLimitBytes = 12e9;

/** Sentences on what the rows must hold apart from their times; empty when all is well. */
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
