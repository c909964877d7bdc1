import { evaluationBatches, type MediaEntry } from '../data';
import { readFolderMetrics } from '../files';
import { type PretrainingRun, type StepMetrics, probeFigures } from '../train';
import { clipPictures, type BoardClips } from './pictures';
import { EventWriter, hasEvents } from './eventWriter';

/** Number of clips that images are made of. */
const shownClips = 2;

export interface BoardArgs {
  readonly run: Pick<PretrainingRun, 'state' | 'length' | 'config'>;
  /** Folder of the event files. */
  readonly folder: string;
  /** The run's folder. Steps from before the first event file are copied from there; null: none. */
  readonly runFolder?: string | null;
  /** Clips to draw images of; none: only scalars are written. */
  readonly clips?: BoardClips | null;
}

/**
 * Writes a run for TensorBoard: the losses, rates and similar values of each step, and with every checkpoint the
 * network's output for some clips. Does not influence the run.
 */
export class TensorBoard {
  private readonly writer: EventWriter;

  constructor(private readonly args: BoardArgs) {
    const { run, folder, runFolder = null } = args;
    const isNew = !hasEvents(folder);
    this.writer = new EventWriter(folder);
    const { step } = run.state;
    if (!isNew) this.writer.restart(step);
    const earlier = isNew && runFolder !== null && step > 0 ? readFolderMetrics(runFolder) : null;
    for (const row of earlier ?? []) this.writer.scalars(row.step, namesOf(row as unknown as StepMetrics));
    if (step === 0) this.draw();
    this.writer.flush();
  }

  /** To be called after each step. */
  write(metrics: StepMetrics): void {
    const { run } = this.args;
    this.writer.scalars(metrics.step, namesOf(metrics));
    const taken = metrics.step + 1;
    if (taken % run.config.training.checkpointSteps !== 0 && taken !== run.length.steps) return;
    this.draw();
    this.writer.flush();
  }

  close(): void {
    this.writer.flush();
  }

  private draw(): void {
    const { run, clips = null } = this.args;
    if (clips === null) return;
    for (const [tag, picture] of clipPictures(run.state, clips))
      this.writer.picture(run.state.step, tag, picture);
  }
}

/** Middles of the first usable training clips. */
export async function boardClips(
  entries: readonly MediaEntry[],
  run: Pick<PretrainingRun, 'config'>,
): Promise<BoardClips | null> {
  const first = entries.slice(0, shownClips);
  for await (const { video, audio } of evaluationBatches(first, run.config, {
    batch: first.length,
    among: entries,
  }))
    if (video && audio) return { video, audio };
  return null;
}

/** Scalars under the names by which TensorBoard groups them. */
function namesOf({
  step,
  epoch,
  learningRate,
  emaMomentum,
  clipped,
  secondsPerStep,
  clippedShare,
  ...figures
}: StepMetrics) {
  const rates = { epoch, learningRate, emaMomentum, clipped, secondsPerStep };
  const ofProbes: readonly string[] = probeFigures;
  const losses = Object.entries(figures).filter(([name]) => !ofProbes.includes(name));
  const health = Object.entries({ ...figures, clippedShare }).filter(
    ([name, value]) => value !== undefined && (name === 'clippedShare' || ofProbes.includes(name)),
  );
  void step;
  return Object.fromEntries([
    ...losses.map(([name, value]) => [`loss/${name}`, value] as const),
    ...health.map(([name, value]) => [`health/${name}`, value!] as const),
    ...Object.entries(rates).map(([name, value]) => [`rate/${name}`, value] as const),
  ]);
}
