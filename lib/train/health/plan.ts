import type { XkdConfig } from '../../config';
import { evaluationBatches } from '../../data/evaluation';
import type { ClipPool } from '../../data/loader/pool';
import type { MediaEntry } from '../../data/types';
import { UserError } from '../../errors';
import { probeShare } from '../cost';
import type { ProbeClips } from './probe';

/**
 * Number of clips of a probe: the batch size, but enough to distinguish a rank of 1 from one of 5, and no more than needed.
 */
const clipBounds = { fewest: 12, most: 24 };

/** With fewer usable clips, ranks and scores are meaningless. */
const fewestUsable = 8;

/** Maximum share of the time spent on probes. */
const timeShare = 0.01;

/** Accounts for copying clips in and outputs out, in addition to the matrix products of a probe. */
const overhead = 1.2;

const shortestInterval = 20;

/** Steps between probes, chosen so that they take less than 1 % of the time. */
export function probeInterval(config: XkdConfig): number {
  const share = overhead * probeShare(config, probeClipCount(config));
  return Math.max(shortestInterval, Math.ceil(share / timeShare));
}

/** The middles of a few clips spread over the training set, the same at every call; null if too few are usable. */
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
    // Too many files are unusable. The loader names them, and ends the run if necessary.
    if (!(error instanceof UserError)) throw error;
  }
  return null;
}

/** Number of clips of a probe, if that many are available. */
export function probeClipCount({ training: { batch } }: XkdConfig): number {
  return Math.min(Math.max(batch, clipBounds.fewest), clipBounds.most);
}
