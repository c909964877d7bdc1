import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ExtractPlan, ExtractSummary, MergeSummary } from '../../data/extract';
import type { BadFile } from '../../data/types';
import { UserError } from '../../errors';
import { exitCodeOf, watchInterrupt } from '../../train/interrupt';
import { datasetOptions, openAs, type DatasetFlags } from '../datasetOptions';
import { withExamples, type Example } from '../help';
import { count } from '../optionValues';
import { Progress } from '../progress';
import { trackOptions, type TrackFlags } from '../trackOptions';

interface ExtractFlags extends DatasetFlags, TrackFlags {
  readonly data?: string;
  readonly out: string;
  readonly frames: 'raw' | 'jpeg';
  readonly fps: number;
  readonly shortSide: number;
  readonly sampleRate: number;
  readonly clipsPerShard?: number;
  readonly shard?: string;
  readonly shards?: number;
  readonly workers?: number;
  readonly merge?: boolean;
  readonly retryFailed?: boolean;
  readonly spaceCheck: boolean;
}

const examples: readonly Example[] = [
  'xkd extract --dataset ucf101 --data data/ucf101 --out extracted/ucf101',
  [
    'xkd extract --dataset kinetics400 --data /data/k400 --out /data/k400-112 --frames jpeg --shard 0/16',
    'the first of 16 machines',
  ],
  ['xkd extract --merge --out /data/k400-112', 'when all are done'],
];
const remarks = `The same command continues where it stopped, and makes shards again that differ from their SHA-256. In a Kubernetes job
(JOB_COMPLETION_INDEX) or a Slurm array (SLURM_ARRAY_TASK_ID) each machine finds its part by itself; --shards tells
their number where the environment does not.`;

/** `xkd extract`: converts a data set to a form from which clips can be sampled cheaply. */
export function register(program: Command): void {
  const command = program
    .command('extract')
    .description('Decode a data set once, into a form from which clips are cheap to sample');
  datasetOptions(command, {
    description: 'folder of the data set, or the table of one of your own; required without --merge',
    required: false,
  });
  trackOptions(command)
    .requiredOption('--out <folder>', 'where the extracted form goes')
    .addOption(
      new Option(
        '--frames <form>',
        'raw: exactly as decoded; jpeg: about a fifth of the size, nearly the same',
      )
        .choices(['raw', 'jpeg'])
        .default('raw'),
    )
    .option('--fps <rate>', 'frames a second', positive, 8)
    .option('--short-side <px>', 'shorter side of the frames', count, 112)
    .option('--sample-rate <hz>', 'rate of the sound', count, 16000)
    .option('--clips-per-shard <n>', 'clips in a file (default: by the size of the set, at most 64)', count)
    .option('--shard <i/n>', 'take part i of n, from 0 to n-1')
    .option('--shards <n>', 'how many machines share the work', count)
    .option('--merge', 'only join what the machines have done into one manifest')
    .option('--workers <n>', 'threads, each with one ffmpeg (default: one per core)', count)
    .option('--retry-failed', 'retry files that could not be used before')
    .option('--no-space-check', 'begin even if the disk seems too small')
    .action(run);
  withExamples(command, examples, remarks);
}

async function run(flags: ExtractFlags): Promise<void> {
  const interrupt = watchInterrupt({ secondEnds: true });
  let progress: Progress | undefined;
  const stop = new AbortController();
  void interrupt.whenRequested.then(() => {
    stop.abort();
    const sentence = 'stopping; a second signal ends at once';
    if (progress) progress.note(sentence);
    else process.stderr.write(`${sentence}\n`);
  });
  let done = 0;
  let seconds = 0;
  try {
    // Loaded here, so that other commands don't wait for the data set readers.
    const { chooseShard, extractDataset, mergeExtraction } = await import('../../data/extract');
    if (flags.merge) return reportMerged(mergeExtraction(flags.out));
    if (flags.data === undefined)
      throw new UserError('Nothing to extract: name the folder of the data set with --data.');
    const { openDataset } = await import('../../data/dataset');
    const shard = chooseShard(flags);
    const dataset = await openDataset(flags.data, openAs(flags));
    const summary = await extractDataset({
      ...flags,
      dataset,
      shard,
      form: {
        frames: flags.frames,
        framesPerSecond: flags.fps,
        shortSide: flags.shortSide,
        sampleRateHz: flags.sampleRate,
        videoTrack: flags.videoTrack,
        audioTrack: flags.audioTrack,
      },
      signal: stop.signal,
      onPlan: (plan) => {
        process.stderr.write(`${planSentence(plan)}\n`);
        done = plan.clipsDone;
        progress = new Progress({ label: 'extract', unit: 'clips', total: plan.clips, from: done });
      },
      onProgress: (news) => {
        done += news.clips;
        seconds += news.seconds;
        progress?.update(done, { 'of video': `${(seconds / 60).toFixed(1)} min` });
      },
      onNote: (sentence) => progress?.note(sentence),
    });
    progress?.stop();
    report(summary, flags.out);
  } catch (error) {
    if (!interrupt.signal) throw error;
    progress?.stop();
    process.stderr.write(`xkd: ${(error as Error).message}\n`);
    process.exitCode = exitCodeOf(interrupt.signal);
  } finally {
    progress?.stop();
    interrupt.stop();
  }
}

function planSentence({ clips, clipsDone, neededBytes, extraction }: ExtractPlan): string {
  const megabytes = Math.ceil(neededBytes / 1e6);
  const { count } = extraction.dataset;
  const part = clips === count ? counted(clips, 'clip') : `${clips} of ${counted(count, 'clip')}`;
  const left = clipsDone > 0 ? `, ${clipsDone} of them done` : '';
  return `extract: ${part}${left}; about ${megabytes} MB for all that is not there yet`;
}

function report({ folder, clips, failed, merged, shardsMissing }: ExtractSummary, out: string): void {
  if (merged !== null) return reportMerged(merged);
  reportFailed(failed, clips);
  process.stdout.write(
    `${folder}: this part is done (${counted(clips, 'clip')}); of other parts ${counted(shardsMissing, 'shard')} ${shardsMissing === 1 ? 'is' : 'are'} not there yet. ` +
      `When all are: xkd extract --merge --out ${out}\n`,
  );
}

function reportMerged({ folder, clips, shards, bytes, seconds, failed }: MergeSummary): void {
  reportFailed(failed, clips);
  if (clips === failed.length) {
    throw new UserError(
      `None of the ${clips} clips could be extracted; ${folder}/manifest.jsonl has the reasons.`,
    );
  }
  const size = `${(bytes / 1e6).toFixed(1)} MB, ${(seconds / 60).toFixed(1)} minutes`;
  process.stdout.write(
    `${folder}: ${counted(clips - failed.length, 'clip')} in ${counted(shards, 'shard')}, ${size}, ${counted(failed.length, 'file')} not usable.\n`,
  );
}

/** Reports failed files with the reason. The manifest lists all of them. */
function reportFailed(failed: readonly BadFile[], clips: number): void {
  for (const { path, reason } of failed.slice(0, mostNamed))
    process.stderr.write(`not usable: ${path} ${reason}\n`);
  if (failed.length > mostNamed) {
    process.stderr.write(
      `... and ${failed.length - mostNamed} more of ${clips}, see "error" in manifest.jsonl\n`,
    );
  }
}

const mostNamed = 100;

function counted(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}
