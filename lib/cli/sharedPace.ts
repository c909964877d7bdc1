import type { World } from '../ranks';
import type { StepMetrics } from '../train';

/** How fast the processes of a run are together, and how long they wait for each other. */
export class SharedPace {
  private seconds = 0;
  private readonly waitedBefore: number;

  constructor(
    private readonly world: World,
    private readonly clips: number,
  ) {
    this.waitedBefore = world.waitedSeconds;
  }

  /** Figures for the line of progress, after a step. */
  figures({ secondsPerStep }: Pick<StepMetrics, 'secondsPerStep'>): Record<string, string> {
    this.seconds += secondsPerStep;
    const waited = (this.world.waitedSeconds - this.waitedBefore) / this.seconds;
    return {
      'clips/s': (this.clips / secondsPerStep).toFixed(1),
      waiting: `${Math.round(100 * Math.min(waited, 1))} %`,
    };
  }
}
