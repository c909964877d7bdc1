import type { NamedOverrides, XkdConfig } from 'xkd/dist/config';
import { configure } from 'xkd/dist/config';
import { type MediaEntry, openClipPool, openDataset, openLoader } from 'xkd/dist/data';
import { type ProbeClips, probeClips } from 'xkd/dist/train';
import type { BatchSource } from 'xkd/dist/train/batches';
import { MadeBatches, madeEntries, madeProbeClips } from './madeClips';

/** Clips that the runs learn from, and the network they train. */
export interface ProofClips {
  readonly entries: readonly MediaEntry[];
  /** Differences from the preset `nano`. */
  readonly overrides: NamedOverrides;
  probe(config: XkdConfig): Promise<ProbeClips | null>;
  open(config: XkdConfig, startStep: number, steps: number): Promise<BatchSource>;
  close(): Promise<void>;
}

/** A network for clips of kinds that are easy to tell apart; a run takes seconds. */
const smallNetwork: NamedOverrides = {
  'clip.frameSize': 16,
  'views.frameSize': 8,
  'encoder.width': 32,
  'encoder.depth': 2,
  'encoder.heads': 2,
  'decoder.width': 16,
  'decoder.depth': 1,
  'decoder.heads': 2,
  'projector.hidden': 64,
  'projector.bottleneck': 32,
  'projector.outputs': 64,
  'training.batch': 24,
  'optimiser.warmupEpochs': 1,
};

/** Clips that are made here. */
export function madeProofClips(): ProofClips {
  const batches = new MadeBatches();
  return {
    entries: madeEntries,
    overrides: smallNetwork,
    probe: async (config) => madeProbeClips(config),
    open: async (config, startStep) => batches.source(config, startStep),
    close: async () => undefined,
  };
}

/** Clips of a data set, for the network of the preset. */
export async function readProofClips(folder: string): Promise<ProofClips> {
  const { entries: all } = await openDataset(folder);
  const entries = all.filter(({ split }) => split === null || split === 'train');
  const pool = openClipPool(configure('nano'));
  return {
    entries,
    overrides: {},
    probe: (config) => probeClips(entries, config, pool),
    open: (config, startStep, steps) => openLoader({ entries, config, startStep, steps, pool }),
    close: () => pool.close(),
  };
}
