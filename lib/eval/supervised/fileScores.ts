import { evaluationBatches, type BadFile, type ClipPool, type MediaEntry, type NdArray } from '../../data';
import { tf } from '../../tensor/native';
import { type Engine, eagerEngine } from '../../train/engine/engine';
import type { FileScores } from '../protocols/fileMetrics';
import { throwIfStopped, type ProtocolProgress } from '../protocols/protocol';
import type { RowSource } from '../store/rows';
import type { SupervisedSettings } from './settings';
import { type ClassifierInputs, probabilities } from './stepFunction';
import { backboneWeights, type ClassifierSetup, type ClassifierState } from './state';

/*
 * Testing: the probabilities of several clips and crops of each file are averaged (docs/method.md, section 10). K
 * classes.
 */

export interface ScoreArgs {
  readonly setup: ClassifierSetup;
  readonly settings: SupervisedSettings;
  readonly state: ClassifierState;
  readonly engine: Engine;
  readonly entries: readonly MediaEntry[];
  readonly pool: ClipPool;
  readonly label: string;
  readonly onProgress?: (progress: ProtocolProgress) => void;
  readonly onSkip: (bad: BadFile) => void;
  readonly signal?: AbortSignal;
}

/** Decodes the test clips and runs them through the network. Unusable files are left out. */
export async function scoreClips(args: ScoreArgs): Promise<FileScores> {
  const { setup, settings, state, engine, entries, pool, label, onSkip, signal } = args;
  const { plan, finetunes, classes, network } = setup;
  const { modality } = plan.tower;
  const { testClips: clips, testCrops: crops } = settings;
  const inputs = {
    plan,
    weights: state.tensors.weights,
    frozen: finetunes ? new Map<string, never>() : backboneWeights(setup),
  };
  const batch = Math.max(1, Math.floor(settings.batch / crops));
  const sums = new Map<MediaEntry, Float64Array>();
  const total = entries.length * clips;
  let done = 0;
  const plans = { kind: 'spread', clips, crops } as const;
  for await (const part of evaluationBatches(entries, network.config, {
    batch,
    modalities: [modality],
    plan: plans,
    pool,
    onSkip,
  })) {
    throwIfStopped(signal);
    // Smaller batches run op by op: tracing a graph for each takes longer.
    const chosen = part.entries.length === batch ? engine : eagerEngine;
    const values = await probabilitiesOf(chosen, inputs, part[modality]!);
    const each = values.length / part.entries.length;
    part.entries.forEach((entry, i) =>
      addRows(sums, entry, values.subarray(i * each, (i + 1) * each), classes),
    );
    done += part.entries.length;
    args.onProgress?.({ label, done, total, unit: 'clips' });
  }
  return gather([...sums.keys()], (entry) => sums.get(entry)!, clips * crops, classes);
}

/** The same from features. The rows of a file are consecutive. */
export async function scoreFeatures(
  { setup, settings, state }: Pick<ScoreArgs, 'setup' | 'settings' | 'state'>,
  entries: readonly MediaEntry[],
  rows: RowSource,
): Promise<FileScores> {
  const each = rows.rows / entries.length;
  const inputs = { plan: setup.plan, weights: state.tensors.weights, frozen: new Map<string, never>() };
  const sums = entries.map(() => new Float64Array(setup.classes));
  const batch = Math.max(settings.batch, featureRows);
  for (let first = 0; first < rows.rows; first += batch) {
    const count = Math.min(batch, rows.rows - first);
    const view = { data: rows.read(first, count), shape: [count, rows.columns] };
    const values = await probabilitiesOf(eagerEngine, inputs, view);
    values.forEach((value, i) => {
      sums[Math.floor((first + Math.floor(i / setup.classes)) / each)][i % setup.classes] += value;
    });
  }
  const places = new Map(entries.map((entry, i) => [entry, i]));
  return gather(entries, (entry) => sums[places.get(entry)!], each, setup.classes);
}

/** Feature rows that are scored together. */
const featureRows = 1024;

/** Class probabilities of clips or features, `[B K]`. */
async function probabilitiesOf(
  engine: Engine,
  inputs: Omit<ClassifierInputs, 'view'>,
  { data, shape }: NdArray,
): Promise<Float32Array> {
  const view = tf.tensor(data, [...shape]);
  try {
    const collect = await engine.run(probabilities, { ...inputs, view });
    return tf.tidy(() => collect().dataSync<'float32'>());
  } finally {
    view.dispose();
  }
}

function addRows(
  sums: Map<MediaEntry, Float64Array>,
  entry: MediaEntry,
  values: Float32Array,
  classes: number,
): void {
  const sum = sums.get(entry) ?? new Float64Array(classes);
  values.forEach((value, i) => (sum[i % classes] += value));
  sums.set(entry, sum);
}

function gather(
  entries: readonly MediaEntry[],
  sumOf: (entry: MediaEntry) => Float64Array,
  rowsEach: number,
  classes: number,
): FileScores {
  const data = new Float32Array(entries.length * classes);
  entries.forEach((entry, row) => data.set(sumOf(entry).map((sum) => sum / rowsEach), row * classes)); // prettier-ignore
  return { entries, scores: { data, rows: entries.length, columns: classes } };
}
