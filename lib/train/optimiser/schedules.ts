import { type XkdConfig, teacherKinds } from '../../config';

/** Hyperparameters that vary from step to step. */
export interface StepSchedule {
  readonly learningRate: number;
  /** Momentum of the teachers' moving average; 1 if they are frozen. */
  readonly emaMomentum: number;
  readonly temperatures: Readonly<Record<'student' | 'videoTeacher' | 'audioTeacher', number>>;
  /** True if the head's last layer is frozen in this step. */
  readonly lastLayerFrozen: boolean;
}

/** Length of a run in steps. */
export interface RunLength {
  readonly stepsPerEpoch: number;
  readonly steps: number;
}

/** Number of steps of a run with a given number of training clips. The last, incomplete batch of an epoch is left out. */
export function runLength({ training }: XkdConfig, clips: number): RunLength {
  const stepsPerEpoch = Math.max(1, Math.floor(clips / training.batch));
  return { stepsPerEpoch, steps: training.steps ?? Math.max(1, Math.round(training.epochs * stepsPerEpoch)) };
}

/**
 * Values of all schedules at a step (docs/method.md, section 8).
 *
 * @example
 * ```ts
 * import { configure, scheduleAt } from 'xkd';
 *
 * const config = configure('nano', { 'optimiser.warmupEpochs': 0, 'optimiser.learningRate': 0.5 });
 * const rates = [0, 50, 100].map(
 *   (step) => scheduleAt(config, step, { stepsPerEpoch: 10, steps: 100 }).learningRate,
 * );
 * console.log(rates); // [ 0.5, 0.25, 0 ]
 * ```
 */
export function scheduleAt(
  config: XkdConfig,
  step: number,
  { stepsPerEpoch, steps }: RunLength,
): StepSchedule {
  const { optimiser, ema, teacher, temperature } = config;
  const epoch = Math.floor(step / stepsPerEpoch);
  return {
    learningRate: warmupCosine(step, steps, optimiser.warmupEpochs * stepsPerEpoch, optimiser.learningRate),
    emaMomentum: teacherKinds[teacher].follows ? cosine(step, steps, ema.start, ema.end) : 1,
    temperatures: {
      student: temperature.student,
      videoTeacher: linearRamp(epoch, temperature.warmupEpochs, temperature.videoTeacher),
      audioTeacher: linearRamp(epoch, temperature.warmupEpochs, temperature.audioTeacher),
    },
    lastLayerFrozen: epoch < optimiser.freezeLastLayerEpochs,
  };
}

/** Schedules that do not fit into the run, each as a sentence that states the effect. */
export function cutSchedules(config: XkdConfig, { stepsPerEpoch, steps }: RunLength): string[] {
  const { optimiser, temperature } = config;
  const epochs = steps / stepsPerEpoch;
  const ramps = [temperature.videoTeacher, temperature.audioTeacher].some(({ start, end }) => start !== end);
  const long: [key: string, value: number, consequence: string][] = [
    ['optimiser.warmupEpochs', optimiser.warmupEpochs, 'the learning rate rises to the very end'],
    ['optimiser.freezeLastLayerEpochs', optimiser.freezeLastLayerEpochs, "the head's last layer never moves"],
    [
      'temperature.warmupEpochs',
      ramps ? temperature.warmupEpochs : 0,
      "the teachers' temperatures do not come to their end values",
    ],
  ];
  return long
    .filter(([, value]) => value >= epochs && value > 0)
    .map(
      ([key, value, consequence]) =>
        `${key} is ${value} and the run has ${Number(epochs.toFixed(2))} epochs, so ${consequence}; choose less of the one or more of the other.`,
    );
}

/** Half a cosine, from `start` at step 0 to `end` at step `steps`. */
export function cosine(step: number, steps: number, start: number, end: number): number {
  return end + 0.5 * (start - end) * (1 + Math.cos((Math.PI * step) / steps));
}

/** Linear from 0 to `peak` during the warm-up, including both ends, then half a cosine to 0. */
export function warmupCosine(step: number, steps: number, warmupSteps: number, peak: number): number {
  const warmup = Math.min(Math.round(warmupSteps), steps);
  if (step < warmup) return warmup === 1 ? 0 : (peak * step) / (warmup - 1);
  return cosine(step - warmup, steps - warmup, peak, 0);
}

/** From `start` in epoch 0 to `end`, reached in the last epoch of the warm-up. */
function linearRamp(
  epoch: number,
  warmupEpochs: number,
  { start, end }: { start: number; end: number },
): number {
  if (epoch >= warmupEpochs || warmupEpochs <= 1) return epoch >= warmupEpochs ? end : start;
  return start + ((end - start) * epoch) / (warmupEpochs - 1);
}
