import {
  changeConfig,
  eagerEngine,
  type Engine,
  lossNames,
  modelInputs,
  type NdArray,
  RandomStream,
  type RunLength,
  scheduleAt,
  seededState,
  type StepResult,
  tf,
  TrainState,
  trainStep,
  viewShapes,
  type XkdConfig,
} from 'xkd/core';
import { type Clip, stackViews, ViewMaker } from './clips';

/** Settings that take effect from the next step on, by the keys of the configuration. */
export type Settings = Readonly<Record<string, string | number>>;

/** What reconstruction alone differs in from a configuration of XKD. */
const reconstructionOnly: Settings = { 'loss.alignment': 0, 'loss.distillation': 0 };

/** Trains two networks from the same weights on the same batches: XKD, and reconstruction alone. */
export class Trainer {
  readonly xkd: TrainState;
  readonly baseline: TrainState;
  private readonly views: ViewMaker;

  constructor(
    config: XkdConfig,
    private readonly clips: readonly Clip[],
    private readonly length: RunLength,
    private readonly engines: { readonly xkd: Engine; readonly baseline: Engine } = {
      xkd: eagerEngine,
      baseline: eagerEngine,
    },
  ) {
    this.xkd = seededState(config);
    this.baseline = seededState(changeConfig(config, { ...reconstructionOnly, pairs: 'own' }));
    this.views = new ViewMaker(config);
  }

  get step(): number {
    return this.xkd.step;
  }

  /** Changes hyperparameters of both networks from the next step on; switches of losses concern XKD alone. */
  change(settings: Settings): void {
    this.xkd.config = changeConfig(this.xkd.config, settings);
    const shared = Object.entries(settings).filter(
      ([key]) => !key.startsWith('loss.') && key !== 'pairs' && key !== 'refinement',
    );
    this.baseline.config = changeConfig(this.baseline.config, Object.fromEntries(shared));
  }

  /** Takes one step with both networks. */
  async advance(withBaseline = true): Promise<{ xkd: StepResult; baseline: StepResult | null }> {
    const { config, step } = this.xkd;
    const { video, audio } = this.batch();
    const shuffled = config.pairs === 'shuffled' ? audio.map(rotated) : audio;
    const xkd = await this.take('xkd', step, video, shuffled);
    const baseline = withBaseline ? await this.take('baseline', step, video, audio) : null;
    return { xkd, baseline };
  }

  dispose(): void {
    this.xkd.dispose();
    this.baseline.dispose();
  }

  private async take(
    network: 'xkd' | 'baseline',
    step: number,
    video: readonly NdArray[],
    audio: readonly NdArray[],
  ): Promise<StepResult> {
    const state = this[network];
    const inputs = modelInputs(state.config, { step, microBatch: 0, video, audio, entries: [] });
    try {
      return await trainStep(
        state,
        inputs,
        scheduleAt(state.config, step, this.length),
        this.engines[network],
      );
    } finally {
      tf.dispose(inputs as unknown as tf.TensorContainer);
    }
  }

  /** The views of the next step's clips, drawn from the seed and the step. */
  private batch(): { video: NdArray[]; audio: NdArray[] } {
    const { config, step } = this.xkd;
    const { batch } = config.training;
    const perEpoch = Math.max(1, Math.floor(this.clips.length / batch));
    const seeds = RandomStream.fromSeed(config.seed);
    const order = seeds.split('order', Math.floor(step / perEpoch)).permutation(this.clips.length);
    const first = (step % perEpoch) * batch;
    const chosen = Array.from({ length: batch }, (_, i) => order[(first + i) % order.length]);
    const views = chosen.map((clip, i) =>
      this.views.training(this.clips[clip], seeds.split('views', step, i)),
    );
    const shapes = viewShapes(config);
    return {
      video: shapes.video.map((shape, v) =>
        stackViews(
          views.map(({ video }) => video[v]),
          shape,
        ),
      ),
      audio: shapes.audio.map((shape, v) =>
        stackViews(
          views.map(({ audio }) => audio[v]),
          shape,
        ),
      ),
    };
  }
}

/** The sound of each clip for its neighbour in the batch: no clip keeps its own. */
function rotated({ data, shape }: NdArray): NdArray {
  const size = data.length / shape[0];
  const turned = new Float32Array(data.length);
  turned.set(data.subarray(size));
  turned.set(data.subarray(0, size), data.length - size);
  return { data: turned, shape };
}

/** Names of the losses' weights among the settings. */
export const lossWeightKeys = lossNames.map((name) => `loss.${name}`);
