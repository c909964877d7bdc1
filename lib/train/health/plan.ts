import type { XkdConfig } from '../../config';
import { evaluationBatches } from '../../data/evaluation';
import type { ClipPool } from '../../data/pool';
import type { MediaEntry } from '../../data/types';
import { UserError } from '../../errors';
import { probeShare } from '../../model';
import type { ProbeClips } from './probe';

/** Clips of a probe: as many as in a batch, but enough to tell a rank of 1 from one of 5, and no more than it takes. */
const clipBounds = { fewest: 12, most: 24 };

/** Of fewer clips, where more cannot be used, ranks and scores say nothing. */
const fewestUsable = 8;

/** Share of the time that probes may take. */
const timeShare = 0.01;

/** Beside its products a probe copies clips in and answers out. */
const overhead = 1.2;

const shortestInterval = 20;

/** Steps between probes, so many that they take less than 1 % of the time. */
export function probeInterval(config: XkdConfig): number {
  const share = overhead * probeShare(config, probeClipCount(config));
  return Math.max(shortestInterval, Math.ceil(share / timeShare));
}

/**
 * The middles of a few clips from all over the training set, the same whenever they are made; null where there are too
 * few that can be used.
 */
export async function probeClips(
  entries: readonly MediaEntry[],
  config: XkdConfig,
  pool?: ClipPool,
): Promise<ProbeClips | null> {
  const count = Math.min(probeClipCount(config), entries.length);
  if (count < fewestUsable) return null;
  const chosen = Array.from({ length: count }, (_, i) => entries[Math.floor((i * entries.length) / count)]);
  try {
    for await (const { video, audio } of evaluationBatches(chosen, config, {
      batch: count,
      among: entries,
      pool,
    }))
      if (video && audio && video.shape[0] >= fewestUsable) return { video, audio };
  } catch (error) {
    // Too many files that cannot be used: the loader names them, and ends the run if need be.
    if (!(error instanceof UserError)) throw error;
  }
  return null;
}

/** Clips of a probe, where there are so many. */
export function probeClipCount({ training: { batch } }: XkdConfig): number {
  return Math.min(Math.max(batch, clipBounds.fewest), clipBounds.most);
}
