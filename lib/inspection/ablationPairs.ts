import { existsSync } from 'node:fs';
import { jobFolder, readJobResult } from '../ablation/jobResult';
import type { AblationPairs } from '../ablation/pairs';
import type { AblationJob } from '../ablation/plan';
import { trainingOf } from '../ablation/rows';
import { decodedFolder } from '../ablation/sampleSets';
import { evaluationBatches, openDataset, type EvaluationBatch } from '../data';
import { UserError } from '../errors';
import { pairLosses, type PairLosses } from '../losses';
import { tf } from '../tensor/native';
import { loadCheckpoint, type TrainState } from '../train';
import { matrixTensor, networkOutputs, type LookedAtClips, type NetworkOutputs } from './networkOutputs';

export interface AblationPairsArgs {
  readonly jobs: readonly AblationJob[];
  /** Ablation folders with run folders and decoded sets. */
  readonly folders: readonly string[];
  /** Arguments of the command line. */
  readonly createdBy: readonly string[];
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Measures pairs of the test clips with the networks of all finished jobs that use distillation.
 *
 * @throws UserError if networks or decoded sets are missing
 */
export async function measureAblationPairs(args: AblationPairsArgs): Promise<AblationPairs> {
  const { jobs, folders, createdBy, onProgress } = args;
  const done = jobs.flatMap((job) => {
    const folder = folders.find((each) => readJobResult(each, job) !== null);
    const distils = job.config.loss.distillation !== 0 && trainingOf(job.row) === 'losses';
    return folder === undefined || !distils ? [] : [{ job, folder }];
  });
  const pairs: AblationPairs['pairs'] = [];
  const clips = new Map<string, EvaluationBatch>();
  for (const { job, folder } of done) {
    onProgress?.(pairs.length, done.length);
    const data = decodedFolder(folder, job.row.commonShare);
    if (!clips.has(data)) clips.set(data, await testClips(data, job));
    const network = loadCheckpoint(jobFolder(folder, job));
    try {
      pairs.push({ row: job.row.name, seed: job.seed, ...pairsOf(network, clips.get(data)!) });
    } finally {
      network.dispose();
    }
  }
  onProgress?.(pairs.length, done.length);
  const [first] = clips.values();
  return { format: 1, createdBy: [...createdBy], testClips: first?.entries.length ?? 0, pairs };
}

/** Both directions, on the clips that the probes use. */
export function pairsOf(
  network: TrainState,
  { video, audio }: Pick<EvaluationBatch, 'video' | 'audio'>,
): { audioToVideo: PairLosses; videoToAudio: PairLosses } {
  const outputs = networkOutputs(network, { video, audio } as LookedAtClips);
  return {
    audioToVideo: rounded(losses(network, outputs, 'audio', 'video')),
    videoToAudio: rounded(losses(network, outputs, 'video', 'audio')),
  };
}

function losses(
  { config }: TrainState,
  { distributions, students }: NetworkOutputs,
  from: 'video' | 'audio',
  to: 'video' | 'audio',
): PairLosses {
  const [teacher, student] = [matrixTensor(distributions[from]), matrixTensor(students[to])];
  const found = pairLosses(teacher, student, config.temperature.student);
  tf.dispose([teacher, student]);
  return found;
}

async function testClips(data: string, { config }: AblationJob): Promise<EvaluationBatch> {
  if (!existsSync(data)) {
    throw new UserError(
      `"${data}" is missing, the decoded clips with which the ablation was trained; the command that trained it makes them again: leave --merge out.`,
    );
  }
  const { entries } = await openDataset(data);
  const test = entries.filter(({ split }) => split === 'test');
  for await (const batch of evaluationBatches(test, config, { batch: test.length })) return batch;
  throw new UserError(`"${data}" has no test clips.`);
}

function rounded({ own, others }: PairLosses): PairLosses {
  return { own: Number(own.toPrecision(4)), others: Number(others.toPrecision(4)) };
}
