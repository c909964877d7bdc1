import {
  type BatchSource,
  type NdArray,
  PretrainingRun,
  type PretrainingArgs,
  RandomStream,
  type StepMetrics,
  type TrainState,
  UserError,
  type ViewBatch,
  type XkdConfig,
  clipFrames,
} from 'xkd/internal';
import { tinyConfig } from './tiny';

/** Configuration of a run of 8 steps, 3 per epoch, with a checkpoint every 3 steps. */
export const config = tinyConfig({
  'training.steps': 8,
  'training.checkpointSteps': 3,
  'optimiser.warmupEpochs': 0,
});
export const entries = Array.from({ length: 12 }, (_, i) => ({
  path: `clip-${i}.mp4`,
  label: null,
  split: null,
}));

/** Batches that depend only on the step, like the loader's. */
export function source(of: XkdConfig, startStep: number): BatchSource {
  const { clip, spectrogram, views, training } = of;
  const array = (stream: RandomStream, shape: number[]): NdArray => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => stream.normal()),
  });
  let step = startStep;
  return {
    skipped: [],
    close: async () => undefined,
    next: async (): Promise<ViewBatch> => {
      const stream = RandomStream.fromSeed(of.seed).split('test batch', step);
      const video = [
        array(stream, [training.batch, 3, clipFrames(of), clip.frameSize, clip.frameSize]),
        array(stream, [training.batch, 3, views.frames, views.frameSize, views.frameSize]),
      ];
      const audio = [
        array(stream, [training.batch, 1, spectrogram.melBands, spectrogram.columns]),
        array(stream, [training.batch, 1, spectrogram.melBands, views.columns]),
      ];
      return { step: step++, microBatch: 0, video, audio, entries: entries.slice(0, training.batch) };
    },
  };
}

/** Opens a run on these batches. */
export async function open(out: string | null, args: Partial<PretrainingArgs> = {}): Promise<PretrainingRun> {
  const openSource = async (start: number) => source(args.config ?? config, start);
  // Eager steps: tracing a graph takes longer than these few steps.
  return PretrainingRun.open({ config, entries, data: 'nowhere', out, openSource, eager: true, ...args });
}

/** Takes the remaining steps, or at most `steps`, and closes the run. */
export async function finish(run: PretrainingRun, steps = Infinity): Promise<StepMetrics[]> {
  const rows: StepMetrics[] = [];
  for await (const row of run) if (rows.push(row) >= steps) break;
  await run.close();
  return rows;
}

export const weightsOf = (state: TrainState) =>
  [...state.tensors.weights].map(([name, t]) => [name, [...t.dataSync()]]);
export const said = (pattern: RegExp) => (error: Error) =>
  error instanceof UserError && pattern.test(error.message);
