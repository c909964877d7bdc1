import { type XkdConfig, modalities, patchValues, teacherKinds } from '../../config';
import type { StepMetrics } from '../runFolder';
import type { RunLength } from '../schedules';
import { findingsOf, type HealthFinding, type HealthState, healthAtStart, judgeStep } from './judge';
import type { ProbeFigures } from './figures';
import { probeInterval } from './plan';
import type { ProbeClips } from './probe';
import type { HealthFacts } from './rule';

export interface HealthArgs {
  /** With which the run was begun. */
  readonly config: XkdConfig;
  readonly length: RunLength;
  /** Clips that are looked at; null: only what the steps themselves tell is kept. */
  readonly clips: ProbeClips | null;
  /** Steps between probes; default: {@link probeInterval}. */
  readonly every?: number;
  /** Figures of the steps taken before, of a run that is continued. */
  readonly before: readonly StepMetrics[];
}

/** Watches over a run: says when it is to be probed, and what its figures mean. */
export class HealthWatch {
  /** Time that probes have taken. */
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

  /** Probes the network after the first step, every so many, and the last one; after the others nothing is measured. */
  async measure(step: number, probe: (clips: ProbeClips) => Promise<ProbeFigures>): Promise<ProbeFigures> {
    if (this.clips === null || (step % this.every !== 0 && step !== this.last)) return {};
    const beginMs = performance.now();
    const figures = await probe(this.clips);
    this.probeSeconds += (performance.now() - beginMs) / 1000;
    return figures;
  }

  /** Takes the figures of a step in. @returns what is new to be said */
  judge(row: StepMetrics): readonly HealthFinding[] {
    const { state, said } = judgeStep(this.state, row, this.facts);
    this.state = state;
    return said;
  }

  /** What goes wrong now. */
  get findings(): readonly HealthFinding[] {
    return findingsOf(this.state);
  }
}

/** What the figures of a run are held against. */
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
