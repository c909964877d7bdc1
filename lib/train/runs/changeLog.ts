import { z } from 'zod';
import { type Overrides, type XkdConfig, changeRunning } from '../../config';
import { UserError } from '../../errors';
import { lookAt, readJson } from '../../files';

/** Hyperparameters that changed during a run. */
export interface ConfigChange {
  /** First step taken with the new values. */
  readonly step: number;
  /** Dotted keys with their new values. */
  readonly values: Overrides;
}

const value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.number())]);
const changesSchema = z.array(z.strictObject({ step: z.int().min(0), values: z.record(z.string(), value) }));

/**
 * The changes of a run in the order of their steps. The configuration of each step is a function of this log and the
 * configuration at the start of the run, so the run can be replayed from these two.
 */
export class ChangeLog {
  /** @throws UserError if a change is not allowed */
  constructor(
    readonly begun: XkdConfig,
    /** Sorted by step. */
    readonly changes: readonly ConfigChange[] = [],
  ) {
    const late = changes.find(({ step }, i) => i > 0 && step < changes[i - 1].step);
    if (late !== undefined) throw new UserError(`The change at step ${late.step} comes after later ones.`);
    this.configAt(Infinity);
  }

  /** Changes that apply to steps before this one. */
  before(step: number): readonly ConfigChange[] {
    return this.changes.filter((change) => change.step < step);
  }

  /** The configuration of a step. */
  configAt(step: number): XkdConfig {
    return this.changes
      .filter((change) => change.step <= step)
      .reduce((config, { values }) => changeRunning(config, values), this.begun);
  }

  /** The configuration of a step, given that of the step before. */
  advance(config: XkdConfig, step: number): XkdConfig {
    const due = this.changes.filter((change) => change.step === step);
    return due.reduce((before, { values }) => changeRunning(before, values), config);
  }

  /**
   * The log with one more change, or the log itself if the values are already in effect. Changes at later steps, which a
   * resumed run would repeat, are dropped because the run diverges here.
   *
   * @throws UserError if the change is not allowed
   */
  with(change: ConfigChange): ChangeLog {
    const before = this.configAt(change.step);
    const after = changeRunning(before, change.values);
    if (JSON.stringify(before) === JSON.stringify(after)) return this;
    return new ChangeLog(this.begun, [...this.before(change.step + 1), change]);
  }
}

/**
 * Reads the changes of a run (`changes.json` in its folder), to replay them in another one.
 *
 * @throws UserError if the file cannot be read or is not such a file
 */
export function readChanges(path: string): ConfigChange[] {
  const sentence = () =>
    `"${path}" is not a list of changes such as [{"step": 100, "values": {"loss.alignment": 2}}]; give the changes.json of a run folder.`;
  return readJson(path, changesSchema, sentence);
}

/** The changes of a run folder; null if there were none. */
export function readChangesOf(path: string): ConfigChange[] | null {
  return lookAt(path) !== null ? readChanges(path) : null;
}
