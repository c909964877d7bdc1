import { modalities } from '../config';
import type { MakeClips } from '../eval/features';
import { evaluateClassifier, logisticFit } from '../eval/linearEvaluation';
import { hashTowers } from '../eval/networkHash';
import { probedFeatures, type ProbesArgs } from '../eval/probe';
import { Stopped } from '../eval/protocols/stop';
import type { StopRequest } from '../train/interrupt';
import type { TrainState } from '../train/state/state';
import { jobFolder } from './jobResult';
import type { AblationJob } from './plan';
import { readProbedSteps, recordProbedStep, type ProbedStep } from './probedSteps';

interface ProbesOnTheWay {
  /** Folder of the decoded data set. */
  readonly data: string;
  /** Folder of the ablation. */
  readonly out: string;
  /** Steps between probes; default: there are none. */
  readonly probeEvery?: number;
  readonly interrupt: StopRequest;
  readonly clips: MakeClips;
  /** Probes before the first step, by what was probed: most rows of a seed begin as the same network. */
  readonly begun: Map<string, ProbedStep>;
}

/** A job with its network as it is now. */
interface TrainedJob {
  readonly job: AblationJob;
  readonly network: TrainState;
}

/** Probes a network before its next step where that is due, unless an earlier call has done it or an interrupt comes. */
export async function probeOnTheWay(
  { job, network }: TrainedJob,
  { data, out, interrupt, probeEvery, clips, begun }: ProbesOnTheWay,
): Promise<void> {
  const { step } = network;
  if (probeEvery === undefined || step % probeEvery !== 0 || step >= job.config.training.steps!) return;
  const folder = jobFolder(out, job);
  if (readProbedSteps(folder).some((probe) => probe.step === step)) return;
  const start = step === 0 ? hashTowers(network, 'both', 'student') : null;
  let probe = start === null ? undefined : begun.get(start);
  if (probe === undefined) {
    const features = await untilInterrupt(interrupt, probedFeatures, { network, data, modalities, clips });
    if (features === null) return;
    const top1: number[] = [];
    for (const { train, test } of features.sets) {
      top1.push((await evaluateClassifier(logisticFit, train, test)).top1);
    }
    const [video, audio] = top1;
    probe = { step, video, audio };
    if (start !== null) begun.set(start, probe);
  }
  recordProbedStep(folder, probe);
}

/**
 * Probes a network.
 *
 * @returns null if an interrupt came first
 */
export async function untilInterrupt<Result>(
  interrupt: StopRequest,
  probe: (args: ProbesArgs) => Promise<Result>,
  args: ProbesArgs,
): Promise<Result | null> {
  const onProgress = () => {
    if (interrupt.requested) throw new Stopped();
  };
  try {
    return await probe({ ...args, onProgress });
  } catch (error) {
    if (error instanceof Stopped) return null;
    throw error;
  }
}
