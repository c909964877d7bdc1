import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  FolderLock,
  type MetricsWriter,
  makeFolder,
  openMetricsFiles,
  readJson,
  removeAbandonedFiles,
  writeFileAtomic,
} from '../../files';
import type { MetricsRow } from '../../files/metrics';
import { protocolResultSchema, type FoldResult, type ProtocolResult } from '../results';
import { readClassifier, saveClassifier } from './checkpoint';
import type { SupervisedSettings } from './settings';
import type { ClassifierSetup, ClassifierState } from './state';

/** What a finished fold leaves: its result, and the files that could not be used. */
const finishedSchema = protocolResultSchema.pick({ skipped: true }).extend({
  fold: protocolResultSchema.shape.folds.element,
});
export type FinishedFold = Pick<ProtocolResult, 'skipped'> & { readonly fold: FoldResult };

/** On what clips of what files a classifier is tested, which its training does not depend on. */
export interface TestIdentity extends Pick<SupervisedSettings, 'testClips' | 'testCrops'> {
  /** A hash of the files. */
  readonly testFiles: string;
}

const testedSchema = finishedSchema.extend({
  tested: z.strictObject({ testClips: z.int(), testCrops: z.int(), testFiles: z.string() }),
});

/**
 * Where the training of one classifier is kept: a folder below the store, named after a hash of all that decides about
 * it, so that what is found there is the same training. It holds `training.json` (what it is), `metrics.csv` and
 * `metrics.jsonl` (a row an epoch), `classifier.safetensors`, and `result.json` when it is done.
 */
export class RunStore {
  private writers: readonly MetricsWriter[] = [];
  private lock: FolderLock | null = null;

  private constructor(readonly path: string) {}

  /** @param identity all that decides about the training, as JSON */
  static open(store: string, name: string, identity: Readonly<Record<string, unknown>>): RunStore {
    const text = JSON.stringify(identity);
    const hash = createHash('sha256').update(text).digest('hex');
    const path = join(store, `${name}-${hash.slice(0, 16)}`);
    makeFolder(path);
    writeFileAtomic(join(path, 'training.json'), `${JSON.stringify(identity, null, 2)}\n`);
    return new RunStore(path);
  }

  /** The result of a training that was finished earlier, and tested so. */
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
   * Keeps other processes from training here, and removes what a killed one left half-written.
   *
   * @throws UserError where another process trains here
   */
  async hold(report: (sentence: string) => void): Promise<void> {
    this.lock = await FolderLock.take({
      folder: this.path,
      name: 'run.lock',
      doing: 'is training in',
      again: true,
      report,
    });
    removeAbandonedFiles(this.path);
  }

  /** The state of a training that was begun earlier; null where there is none. */
  read(setup: ClassifierSetup, report: (sentence: string) => void): ClassifierState | null {
    return readClassifier(join(this.path, 'classifier.safetensors'), setup, report);
  }

  save(state: ClassifierState): void {
    this.lock?.requireHeld();
    this.writers.forEach((writer) => writer.flush());
    saveClassifier(state, join(this.path, 'classifier.safetensors'));
  }

  /** Opens the metrics; rows after `step` steps, of a training that was cut off, are dropped. */
  openMetrics(step: number): void {
    this.writers = openMetricsFiles(this.path, step === 0 ? null : step);
  }

  write(row: MetricsRow): void {
    for (const writer of this.writers) writer.write(row);
  }

  close(): void {
    this.writers.forEach((writer) => writer.close());
    this.writers = [];
    this.lock?.release();
    this.lock = null;
  }
}
