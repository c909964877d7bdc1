import { evaluationBatches, type MediaEntry } from '../data';
import { readFolderMetrics } from '../files';
import { type PretrainingRun, type StepMetrics, probeFigures } from '../train';
import { clipPictures, type BoardClips } from './pictures';
import { EventWriter, hasEvents } from './eventWriter';

/** Clips that pictures are made of. */
const shownClips = 2;

export interface BoardArgs {
  readonly run: Pick<PretrainingRun, 'state' | 'length' | 'config'>;
  /** Where the files go. */
  readonly folder: string;
  /** The run's folder, from which earlier steps come in where the files begin later than it; null: none. */
  readonly runFolder?: string | null;
  /** Clips of which pictures are drawn; none: numbers alone. */
  readonly clips?: BoardClips | null;
}

/**
 * Writes a run for TensorBoard: losses, rates and the like of each step, and with every checkpoint what the network makes of
 * some clips. The run is what it would be without.
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

  /** To be told of each step. */
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

/** The middles of the first training clips that can be used. */
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

/** Numbers by the names under which TensorBoard groups them. */
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
