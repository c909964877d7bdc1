import { z } from 'zod';
import { type Overrides, type XkdConfig, changeRunning } from '../config';
import { UserError } from '../errors';
import { lookAt, readJson } from '../files';

/** Hyperparameters that changed during a run. */
export interface ConfigChange {
  /** First step that is taken with the new values. */
  readonly step: number;
  /** Dotted keys with their new values. */
  readonly values: Overrides;
}

const value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.number())]);
const changesSchema = z.array(z.strictObject({ step: z.int().min(0), values: z.record(z.string(), value) }));

/**
 * The changes of a run in the order of their steps. Each step's configuration is a function of the one that the run was
 * begun with and of this log, so that anyone who has both can replay the run.
 */
export class ChangeLog {
  /** @throws UserError where a change is not allowed */
  constructor(
    readonly begun: XkdConfig,
    /** In the order of their steps. */
    readonly changes: readonly ConfigChange[] = [],
  ) {
    const late = changes.find(({ step }, i) => i > 0 && step < changes[i - 1].step);
    if (late !== undefined) throw new UserError(`The change at step ${late.step} comes after later ones.`);
    this.configAt(Infinity);
  }

  /** Changes that count for steps before this one. */
  before(step: number): readonly ConfigChange[] {
    return this.changes.filter((change) => change.step < step);
  }

  /** The configuration of a step. */
  configAt(step: number): XkdConfig {
    return this.changes
      .filter((change) => change.step <= step)
      .reduce((config, { values }) => changeRunning(config, values), this.begun);
  }

  /** The configuration of a step, where that of the step before is known. */
  advance(config: XkdConfig, step: number): XkdConfig {
    const due = this.changes.filter((change) => change.step === step);
    return due.reduce((before, { values }) => changeRunning(before, values), config);
  }

  /**
   * The log with one more change; itself where the values are those already. Changes of later steps, which a run that
   * continues would make again, are dropped: it takes another way from here.
   *
   * @throws UserError where the change is not allowed
   */
  with(change: ConfigChange): ChangeLog {
    const before = this.configAt(change.step);
    const after = changeRunning(before, change.values);
    if (JSON.stringify(before) === JSON.stringify(after)) return this;
    return new ChangeLog(this.begun, [...this.before(change.step + 1), change]);
  }
}

/**
 * Reads the changes of a run, `changes.json` in its folder, to replay them in another one.
 *
 * @throws UserError where the file cannot be read or is none
 */
export function readChanges(path: string): ConfigChange[] {
  const sentence = () =>
    `"${path}" is not a list of changes such as [{"step": 100, "values": {"loss.alignment": 2}}]; give the changes.json of a run folder.`;
  return readJson(path, changesSchema, sentence);
}

/** The changes of a run folder; null where there were none. */
export function readChangesOf(path: string): ConfigChange[] | null {
  return lookAt(path) !== null ? readChanges(path) : null;
}
