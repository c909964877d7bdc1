import { join } from 'node:path';
import { z } from 'zod';
import { type XkdConfig, validateConfig } from '../../config';
import { lookAt, readJson } from '../../files';
import {
  type Report,
  listCheckpoints,
  openCheckpoint,
  pruneCheckpoints,
  putAside,
} from '../state/checkpointFolder';
import { type ChangeLog } from './changeLog';
import type { RunFacts } from '../state/checkpointMetadata';
import { changesPath } from './runFolder';
import { requireSameChanges, requireSameConfig, requireSameRun } from './sameRun';
import { TrainState } from '../state/state';

export interface ResumeArgs {
  /** Run folder. */
  readonly out: string;
  readonly config: XkdConfig;
  readonly run: RunFacts;
  /** Changes of the run. */
  readonly log: ChangeLog;
  /** Creates the state at step 0. */
  readonly initial: () => Promise<TrainState>;
  /** Called for each damaged checkpoint. */
  readonly report: Report;
}

/**
 * The state from which a run resumes: that of its newest intact checkpoint, or the initial one if the run was interrupted
 * before its first checkpoint. Damaged checkpoints are put aside.
 *
 * @throws UserError if the run is a different one, or all of its checkpoints are damaged
 */
export async function resumeState({
  out,
  config,
  run,
  log,
  initial,
  report,
}: ResumeArgs): Promise<TrainState> {
  if (listCheckpoints(out).length === 0) {
    const begun = readConfig(out);
    if (begun !== null) requireSameConfig(out, begun, config);
    return initial();
  }
  const { state, damaged } = openCheckpoint(out, {
    accept: (info) => {
      requireSameRun(out, info, config, run);
      requireSameChanges(changesPath(out), info, log);
    },
    report: () => undefined,
  });
  for (const { path, reason } of damaged) {
    const aside = putAside(path);
    report(
      `The checkpoint "${path}" is damaged (${reason}) and is now called "${aside}"; continuing from step ${state.step}.`,
    );
  }
  // The process may have been killed between writing a checkpoint and removing the oldest.
  pruneCheckpoints(out, config.training.keepCheckpoints);
  // Takes the new values of keys that may differ when a run is resumed.
  return new TrainState(log.configAt(state.step), state.tensors, state.updates, state.step, state.skipped);
}

/** The configuration at the start of a run; null if the run was interrupted before writing it. */
function readConfig(out: string): XkdConfig | null {
  const path = join(out, 'config.json');
  if (lookAt(path) === null) return null;
  const sentence = (wrong: string) =>
    `"${path}" is not a configuration (${wrong}); copy it again, or begin another run.`;
  return validateConfig(readJson(path, z.unknown(), sentence));
}
