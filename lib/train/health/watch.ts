import { type XkdConfig, modalities, patchValues, teacherKinds } from '../../config';
import type { StepMetrics } from '../runs/runFolder';
import type { RunLength } from '../optimiser/schedules';
import { findingsOf, type HealthFinding, type HealthState, healthAtStart, judgeStep } from './judge';
import type { ProbeFigures } from './figures';
import { probeInterval } from './plan';
import type { ProbeClips } from './probe';
import type { HealthFacts } from './rule';

export interface HealthArgs {
  /** Configuration at the start of the run. */
  readonly config: XkdConfig;
  readonly length: RunLength;
  /** Clips to probe. If null, only figures of the steps themselves are used. */
  readonly clips: ProbeClips | null;
  /** Steps between probes; default: {@link probeInterval}. */
  readonly every?: number;
  /** Figures of the previous steps, if the run is resumed. */
  readonly before: readonly StepMetrics[];
}

/** Monitors a run: decides when it is probed, and interprets its figures. */
export class HealthWatch {
  /** Time spent on probes. */
  probeSeconds = 0;
  private readonly clips: ProbeClips | null;
  private readonly every: number;
  private readonly facts: HealthFacts;
  private readonly last: number;
  private state: HealthState = healthAtStart;

  constructor({ config, length, clips, every, before }: HealthArgs) {
    this.clips = clips;
    this.every = every ?? probeInterval(config);
    this.last = length.steps - 1;
    this.facts = healthFacts(config, length);
    for (const row of before) this.judge(row);
  }

  /**
   * Probes the network after the first step, at regular intervals, and after the last step. Does nothing after other steps.
   */
  async measure(step: number, probe: (clips: ProbeClips) => Promise<ProbeFigures>): Promise<ProbeFigures> {
    if (this.clips === null || (step % this.every !== 0 && step !== this.last)) return {};
    const beginMs = performance.now();
    const figures = await probe(this.clips);
    this.probeSeconds += (performance.now() - beginMs) / 1000;
    return figures;
  }

  /**
   * Adds the figures of a step.
   *
   * @returns the new findings
   */
  judge(row: StepMetrics): readonly HealthFinding[] {
    const { state, said } = judgeStep(this.state, row, this.facts);
    this.state = state;
    return said;
  }

  /** Current findings. */
  get findings(): readonly HealthFinding[] {
    return findingsOf(this.state);
  }
}

/** Facts that the figures of a run are compared with. */
export function healthFacts(config: XkdConfig, { steps, stepsPerEpoch }: RunLength): HealthFacts {
  const [video, audio] = modalities.map((modality) => patchValues(config, modality));
  return {
    steps,
    warmupSteps: config.optimiser.warmupEpochs * stepsPerEpoch,
    outputs: config.projector.outputs,
    teachersFollow: teacherKinds[config.teacher].follows,
    patchValues: { video, audio },
  };
}
