import { modalities, type Modality, type XkdConfig } from '../config';
import { batchesPerEpoch, openClipPool, openDataset, type ClipPool, type Dataset } from '../data';
import type { Network } from '../eval/features';
import { probeSplits } from '../eval/probeSplits';
import { augmentedClips, type ClipSource } from '../eval/supervised/clipSource';
import { finetunePreset, noAugmentation } from '../eval/supervised/presets';
import type { FinetuneSettings } from '../eval/supervised/settings';
import { ClassifierState, type ClassifierSetup } from '../eval/supervised/state';
import { takeStep, type StepArgs } from '../eval/supervised/step';
import type { tf } from '../tensor/native';
import { CompiledEngine } from '../train/engine/compiledEngine';
import type { StopRequest } from '../train/interrupt';
import { seededState, weightScope } from '../train/state/state';

/*
 * The upper end of an ablation: the same students from the same initial weights, with the same number of steps, clips and
 * peak learning rate, but trained with labels. It shows how much of the labels they can reach.
 */

export interface SupervisedArgs {
  readonly config: XkdConfig;
  /** Folder of a data set with labels and the splits `train` and `test`. */
  readonly data: string;
  readonly interrupt: StopRequest;
  /** Called after each step; one step trains both students. */
  readonly onStep: (done: number) => void;
}

/**
 * Trains the video and the audio student with a linear classifier on each (cross-entropy).
 *
 * @param use called with the trained network, which is disposed afterwards
 * @returns what `use` returned; null if an interrupt came first
 * @throws UserError if the data set has no labels or splits
 */
export async function withSupervised<Result>(
  args: SupervisedArgs,
  use: (network: Network) => Promise<Result>,
): Promise<Result | null> {
  const { interrupt, onStep } = args;
  // Each student is trained for itself.
  const config: XkdConfig = { ...args.config, sharing: 'none' };
  const dataset = await openDataset(args.data);
  const initial = seededState(config);
  const pool = openClipPool(config);
  const students: LabelledTraining[] = [];
  try {
    for (const modality of modalities) {
      students.push(new LabelledTraining(modality, { network: initial, dataset, pool }));
    }
    for (let step = 0; step < config.training.steps!; step++) {
      if (interrupt.requested) return null;
      for (const student of students) await student.step();
      onStep(step + 1);
    }
    const weights = new Map(initial.tensors.weights);
    for (const student of students) student.finish().forEach((tensor, name) => weights.set(name, tensor));
    return await use({ config, scope: weightScope(config, weights) });
  } finally {
    await pool.close();
    for (const student of students) await student.dispose();
    initial.dispose();
  }
}

interface LabelledTrainingArgs {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly pool: ClipPool;
}

/** Training of one student. */
class LabelledTraining {
  private readonly engine = new CompiledEngine();
  private readonly state: ClassifierState;
  private readonly args: StepArgs;
  private readonly source: ClipSource;

  constructor(modality: Modality, { network, dataset, pool }: LabelledTrainingArgs) {
    const { config } = network;
    const { train, classes } = probeSplits(dataset, { train: 'train', test: 'test' });
    const steps = config.training.steps!;
    const stepsPerEpoch = batchesPerEpoch(train.length, config.training.batch);
    const settings = settingsOf(config, modality, Math.ceil(steps / stepsPerEpoch));
    const setup: ClassifierSetup = {
      plan: { config, tower: { modality, role: 'student' }, multiLabel: false, clip: settings.clip },
      network,
      optimiser: { ...config.optimiser, learningRate: settings.learningRate },
      classes: classes.length,
      finetunes: true,
      seed: config.seed,
    };
    this.args = { setup, settings, length: { stepsPerEpoch, steps }, list: { classes, multiLabel: false } };
    this.state = ClassifierState.create(setup);
    this.source = augmentedClips({ setup, settings, entries: train, startStep: 0, skipped: [], steps, pool });
  }

  async step(): Promise<void> {
    await takeStep(this.args, this.state, this.engine, await this.source.next());
  }

  /** The student's weights, which belong to this training. */
  finish(): ReadonlyMap<string, tf.Tensor> {
    this.engine.dispose();
    return this.state.tensors.weights;
  }

  async dispose(): Promise<void> {
    this.engine.dispose();
    this.state.dispose();
    await this.source.close();
  }
}

/** The configuration's optimiser and its global view, without the flip, which would change what some classes look like. */
function settingsOf(config: XkdConfig, modality: Modality, epochs: number): FinetuneSettings {
  const { optimiser, training, videoAugmentation, audioAugmentation } = config;
  const { learningRate, weightDecay, beta1, beta2, clip, warmupEpochs } = optimiser;
  return {
    ...finetunePreset(modality, ''),
    ...{ learningRate, weightDecay, beta1, beta2, clip, warmupEpochs, epochs, batch: training.batch },
    ...{ dropout: 0, labelSmoothing: 0, layerDecay: 1, dropPath: 0 },
    ...noAugmentation,
    ...(modality === 'video'
      ? { cropArea: videoAugmentation.globalArea as [number, number] }
      : { volume: audioAugmentation.globalVolume }),
  };
}
