import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder, readJson, writeFileAtomic } from '../../files';
import type { MetricsRow } from '../../files/metrics';
import { TrainingFolder } from '../../train/runs/trainingFolder';
import { protocolResultSchema, type FoldResult, type ProtocolResult } from '../results';
import { readClassifier, saveClassifier } from './checkpoint';
import type { SupervisedSettings } from './settings';
import type { ClassifierSetup, ClassifierState } from './state';

/** What remains of a finished fold: its result, and the files that could not be used. */
const finishedSchema = protocolResultSchema.pick({ skipped: true }).extend({
  fold: protocolResultSchema.shape.folds.element,
});
export type FinishedFold = Pick<ProtocolResult, 'skipped'> & { readonly fold: FoldResult };

/** The clips and files that a classifier is tested on. Its training does not depend on them. */
export interface TestIdentity extends Pick<SupervisedSettings, 'testClips' | 'testCrops'> {
  /** Hash of the files. */
  readonly testFiles: string;
}

const testedSchema = finishedSchema.extend({
  tested: z.strictObject({ testClips: z.int(), testCrops: z.int(), testFiles: z.string() }),
});

/**
 * Folder for the training of one classifier. It lies in the store and is named after a hash of everything that
 * determines the training, so that whatever is found there belongs to the same training. It holds `training.json` (a
 * description), `metrics.csv` and `metrics.jsonl` (one row per epoch), `classifier.safetensors`, and `result.json` once
 * it is finished.
 */
export class RunStore {
  private held: TrainingFolder | null = null;

  private constructor(readonly path: string) {}

  /** @param identity everything that determines the training, as JSON */
  static open(store: string, name: string, identity: Readonly<Record<string, unknown>>): RunStore {
    const text = JSON.stringify(identity);
    const hash = createHash('sha256').update(text).digest('hex');
    const path = join(store, `${name}-${hash.slice(0, 16)}`);
    makeFolder(path);
    writeFileAtomic(join(path, 'training.json'), `${JSON.stringify(identity, null, 2)}\n`);
    return new RunStore(path);
  }

  /** Result of an earlier, finished training that was tested in this way. */
  finished(test: TestIdentity): FinishedFold | null {
    const path = join(this.path, 'result.json');
    if (!existsSync(path)) return null;
    const sentence = (wrong: string) =>
      `"${path}" is not the result of the training beside it (${wrong}); remove it, and the classifier is tested again.`;
    const { tested, ...result } = readJson(path, testedSchema, sentence);
    const same =
      tested.testClips === test.testClips &&
      tested.testCrops === test.testCrops &&
      tested.testFiles === test.testFiles;
    return same ? result : null;
  }

  finish(result: FinishedFold, tested: TestIdentity): void {
    const text = JSON.stringify({ tested, ...result }, null, 2);
    writeFileAtomic(join(this.path, 'result.json'), `${text}\n`);
  }

  /**
   * Keeps other processes from training here, and removes incomplete files left by a killed process.
   *
   * @throws UserError if another process trains here
   */
  async hold(report: (sentence: string) => void): Promise<void> {
    this.held = await TrainingFolder.hold(this.path, report);
  }

  /** State of an unfinished training; null if there is none. */
  read(setup: ClassifierSetup, report: (sentence: string) => void): ClassifierState | null {
    return readClassifier(join(this.path, 'classifier.safetensors'), setup, report);
  }

  save(state: ClassifierState): void {
    this.held?.flushMetrics();
    saveClassifier(state, join(this.path, 'classifier.safetensors'));
  }

  /** Opens the metrics. Rows after `step` steps, left by an interrupted training, are dropped. */
  openMetrics(step: number): void {
    this.held?.openRows(step === 0 ? null : step);
  }

  write(row: MetricsRow): void {
    this.held?.writeRow(row);
  }

  close(): void {
    this.held?.close();
    this.held = null;
  }
}
