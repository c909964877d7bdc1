import { type XkdConfig, flattenConfig, isFreeKey } from '../../config';
import { wholeSecondsFor } from '../../data/loader/pool';
import { UserError } from '../../errors';
import type { ChangeLog } from './changeLog';
import type { CheckpointInfo, RunFacts } from '../state/checkpointMetadata';
import { changeOfClips } from './clipsFingerprint';

/**
 * Checks that the log of changes in a run folder matches the changes stored in its checkpoint.
 *
 * @throws UserError naming the log and the solution
 */
export function requireSameChanges(path: string, found: CheckpointInfo, log: ChangeLog): void {
  if (JSON.stringify(found.changes) !== JSON.stringify(log.before(found.step))) {
    throw new UserError(
      `"${path}" records other changes before step ${found.step} than the checkpoint "${found.path}"; put it back as it was, or choose another folder for a new run.`,
    );
  }
}

/** @throws UserError listing the keys in which a checkpoint's configuration differs from the requested one */
export function requireSameConfig(path: string, found: XkdConfig, asked: XkdConfig): void {
  requireSame(path, found, asked, (key) => !isFreeKey(key));
}

/**
 * Checks that a resumed run matches the run of its checkpoint: same configuration, same training clips, same last step.
 *
 * @param out run folder, for the message
 * @throws UserError naming what has changed and the solution
 */
export function requireSameRun(out: string, found: CheckpointInfo, config: XkdConfig, run: RunFacts): void {
  requireSameConfig(out, found.begun, config);
  if (found.run === null) {
    throw new UserError(
      `"${found.path}" holds weights of no run, so no run can continue from it; start one with these weights in another folder with --init "${found.path}".`,
    );
  }
  const change = changeOfClips(found.run.clips, run.clips);
  if (change !== null) {
    throw new UserError(
      `"${out}" cannot continue with this data set: ${change}; ` +
        'give the data set as it was (its folder may have moved), or choose another folder for a new run.',
    );
  }
  // The amount decoded at once from a long file determines the windows from which one is drawn.
  const { count } = run.clips;
  if (wholeSecondsFor(found.config, count) !== wholeSecondsFor(config, count)) {
    requireSame(out, found.config, config, (key) => key === 'loader.cacheMegabytes');
  }
  const [before, now] = [found.run.length, run.length];
  if (before.steps !== now.steps || before.stepsPerEpoch !== now.stepsPerEpoch) {
    throw new UserError(
      `"${out}" was begun for ${before.steps} steps, ${before.stepsPerEpoch} to an epoch, and would now have ${now.steps}, ` +
        `${now.stepsPerEpoch} to an epoch; continue with the version of this program that started it.`,
    );
  }
}

function requireSame(
  path: string,
  found: XkdConfig,
  asked: XkdConfig,
  counts: (key: string) => boolean,
): void {
  const before = new Map(flattenConfig(found));
  const differing = flattenConfig(asked).filter(
    ([key, value]) => counts(key) && JSON.stringify(before.get(key)) !== JSON.stringify(value),
  );
  if (differing.length === 0) return;
  const list = differing.map(
    ([key, value]) => `${key} (${JSON.stringify(before.get(key))}, asked for ${JSON.stringify(value)})`,
  );
  throw new UserError(
    `"${path}" was made with another configuration: ${list.join(', ')}; ask for the same values or choose another folder.`,
  );
}
