import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parseOverrides } from '../../config';
import { UserError } from '../../errors';
import { requireWritableFolder } from '../../files/writableFolder';
import type { AblationJob, AblationTable } from '../../ablation';
import type { PlanArgs } from '../../ablation/plan';
import type { SeedRule } from '../../ablation/seedRule';
import { exitCodeOf, watchInterrupt } from '../../train/interrupt';
import { configOptions, readConfigFile } from '../configOptions';
import { withExamples, type Example } from '../help';
import { count, positive, repeated } from '../optionValues';
import { Progress } from '../progress';

interface AblateFlags {
  readonly config?: string;
  readonly data?: string;
  readonly out: string;
  readonly results?: string;
  readonly rows?: readonly string[];
  readonly init?: readonly string[];
  readonly study?: string;
  readonly seeds?: number;
  readonly decide?: boolean;
  readonly mostSeeds?: number;
  readonly within?: number;
  readonly steps?: number;
  readonly probeEvery?: number;
  readonly processes: number;
  readonly threads: number;
  readonly shard?: string;
  readonly shards?: number;
  readonly merge?: boolean;
  readonly pairs?: boolean;
  readonly from: readonly string[];
}

const examples: readonly Example[] = [
  ['xkd ablate --decide --most-seeds 20', 'all rows, in portions of 5 seeds until each is decided'],
  ['xkd ablate --study ucf101.yaml --out runs/ucf101', 'rows and data of your own'],
  ['xkd ablate --rows reconstruction,full --seeds 3 --out runs/short --shard 0/4', 'the first of 4 machines'],
];
const remarks = `The same command continues where it stopped. In a Kubernetes job (JOB_COMPLETION_INDEX) or a Slurm array
(SLURM_ARRAY_TASK_ID) each machine finds its part by itself; --shards tells their number where the environment does not.`;

/** `xkd ablate`: the paper's ablation and its controls on the sample set. */
export function register(program: Command): void {
  const command = program
    .command('ablate')
    .description('Train and probe the rows of the paper’s ablation, and controls, on the sample set')
    .option(
      '--study <file>',
      'rows, data set, values, steps and seeds of a study of your own, in YAML; options given here win',
    )
    .option('--data <folder>', 'sample set (default: data/sample, made where it is missing)')
    .option('--out <folder>', 'data sets of other shares, run folders', join('runs', 'ablation'))
    .option('--results <folder>', 'where the table goes (default: "results" in --out)')
    .option('--rows <names>', 'only these rows, separated by commas', (text: string) => text.split(','))
    .option(
      '--init <path>',
      'trained network for the row with frozen teachers, which is left out without it; again for a further backbone',
      repeated,
    )
    .option('--seeds <n>', 'seeds of each row (default: 5)', count)
    .option(
      '--decide',
      'add as many seeds again and again for rows that are not decided: those whose 95 % interval of the difference is wide and near 0',
    )
    .option('--most-seeds <n>', 'with --decide: seeds of a row at most (default: 30)', count)
    .option(
      '--within <points>',
      'with --decide: a row is decided within this many points, or where its interval leaves out 0 by more than 1 point (default: 3)',
      positive,
    )
    .option('--steps <n>', 'steps of each network (default: 1000)', count)
    .option(
      '--probe-every <n>',
      'also probe networks after every n steps, for curves of what they know',
      count,
    )
    .option('--processes <n>', 'processes that train at the same time', count, availableParallelism())
    .option('--threads <n>', 'TensorFlow’s threads in each', count, 1)
    .option('--shard <i/n>', 'take part i of n, from 0 to n-1')
    .option('--shards <n>', 'how many machines share the work', count)
    .option('--merge', 'train nothing, only put into one table what is done')
    .option(
      '--pairs',
      'with --merge: also measure how well students tell the answer of their teacher to a clip from its answers to others',
    )
    .option(
      '--from <folder>',
      'with --merge: a further --out folder to look for results in; may be repeated',
      repeated,
      [],
    )
    .action(run);
  configOptions(command, 'configuration values for all rows, such as training.batch=48');
  withExamples(command, examples, remarks);
}

async function run(words: readonly string[], given: AblateFlags): Promise<void> {
  const { readStudy } = await import('../../ablation/study');
  const study = given.study === undefined ? undefined : readStudy(given.study);
  const seeds = given.seeds ?? study?.rule?.portion ?? study?.seeds ?? 5;
  const flags = {
    ...given,
    seeds,
    data: given.data ?? study?.data ?? undefined,
    probeEvery: given.probeEvery ?? study?.probeEvery,
  };
  const { out, rows, init, steps, merge, from } = flags;
  const onlyMerging = from.length > 0 ? '--from' : flags.pairs ? '--pairs' : null;
  if (onlyMerging && !merge) {
    throw new UserError(`${onlyMerging} goes with --merge only; add it, or leave ${onlyMerging} out.`);
  }
  // First of all, so that a signal is noticed even while a run is still being opened.
  const interrupt = watchInterrupt({ secondEnds: true });
  try {
    const { jobsOfShard, planAblation } = await import('../../ablation/plan');
    const { makeAblationTable } = await import('../../ablation/makeTable');
    const { nextSeeds, undecidedRows } = await import('../../ablation/seedRule');
    const { chooseShard } = await import('../../data/extract/shardChoice');
    const file = readConfigFile(flags.config);
    const overrides = parseOverrides([...file.words, ...words]);
    const folders = merge ? [out, ...from] : [];
    const plan = (seedsOf: PlanArgs['seeds']) =>
      planAblation({ rows, init, folders, seeds: seedsOf, steps, overrides, study });
    const shard = merge ? { index: 0, of: 1 } : chooseShard(flags);
    const rule = await seedRuleOf(flags, seeds, study?.rule, shard.of);
    if (!merge) for (const folder of [out, flags.results ?? out]) requireWritableFolder(folder);
    const stop = new AbortController();
    void interrupt.whenRequested.then(() => stop.abort());
    for (let all = plan(seeds); ;) {
      const own = jobsOfShard(all, shard);
      if (!merge) {
        const done = await train(own, flags, stop.signal);
        if (interrupt.signal) {
          process.stderr.write('xkd: stopped; the same command continues from what was done so far\n');
          process.exitCode = exitCodeOf(interrupt.signal);
        }
        if (!done) return;
      }
      if (shard.of > 1) {
        process.stdout.write(
          `${out}: this part is done (${own.length} of ${all.length} jobs). When all are: xkd ablate --merge --out ${out}\n`,
        );
        return;
      }
      const table = await writeTable(all, flags, rule);
      const next = rule && nextSeeds(table, rule);
      if (!next) return;
      all = plan(next);
      // With --merge, what is not there is said in the table.
      if (merge && makeAblationTable({ jobs: all, folders: [out, ...from] }).missing.length > 0) {
        process.stderr.write(`xkd: not decided yet: ${namesOf(undecidedRows(table, rule))}\n`);
        return;
      }
      process.stderr.write(`xkd: more seeds for ${namesOf(undecidedRows(table, rule))}\n`);
    }
  } finally {
    interrupt.stop();
  }
}

/** @throws UserError if options contradict each other */
async function seedRuleOf(
  { decide, mostSeeds, within, merge }: AblateFlags,
  portion: number,
  ofStudy: SeedRule | undefined,
  machines: number,
): Promise<SeedRule | undefined> {
  if (!decide && !ofStudy) {
    const alone = mostSeeds !== undefined ? '--most-seeds' : within !== undefined ? '--within' : null;
    if (alone) throw new UserError(`${alone} goes with --decide only; add it, or leave ${alone} out.`);
    return undefined;
  }
  if (machines > 1 && !merge) {
    throw new UserError(
      'Machines that share the work cannot decide on seeds, which takes all results; let each do its part without --decide, then say "xkd ablate --merge --decide".',
    );
  }
  const { usualSeedRule } = await import('../../ablation/seedRule');
  const rule: SeedRule = {
    ...(ofStudy ?? usualSeedRule),
    portion,
    ...(mostSeeds !== undefined && { most: mostSeeds }),
    ...(within !== undefined && { halfWidth: within / 100 }),
  };
  if (rule.portion < 2) throw new UserError('--decide needs --seeds 2 or more: one seed has no interval.');
  if (rule.most < rule.portion) {
    throw new UserError(`--most-seeds is ${rule.most}, but every row gets ${rule.portion} seeds; give more.`);
  }
  return rule;
}

function namesOf(rows: readonly { readonly name: string }[]): string {
  return rows.map(({ name }) => name).join(', ');
}

/** @returns true if all jobs are done */
async function train(
  jobs: readonly AblationJob[],
  flags: AblateFlags,
  signal: AbortSignal,
): Promise<boolean> {
  const { runAblation } = await import('../../ablation/runAblation');
  let label = '';
  let progress: Progress | undefined;
  const show = (name: string, unit: string, done: number, total: number, figures = {}): void => {
    if (name !== label) {
      progress?.stop();
      progress = new Progress({ label: (label = name), total, unit, from: done });
    }
    progress!.update(done, figures);
  };
  signal.addEventListener('abort', () =>
    progress?.note('stopping after these steps; a second signal ends at once'),
  );
  try {
    return await runAblation({
      ...flags,
      jobs,
      signal,
      onSets: (name, done, total) => show(name, 'clips', done, total),
      onProgress: ({ steps, stepsInAll, jobs: jobsDone, jobsInAll }) =>
        show('ablate', 'steps', steps, stepsInAll, { jobs: `${jobsDone}/${jobsInAll}` }),
      onNote: (sentence) => process.stderr.write(`xkd: ${sentence}\n`),
    });
  } catch (error) {
    if (!signal.aborted || !(error instanceof UserError)) throw error;
    process.stderr.write(`xkd: ${error.message}\n`);
    return false;
  } finally {
    progress?.stop();
  }
}

async function writeTable(
  jobs: readonly AblationJob[],
  flags: AblateFlags,
  rule: SeedRule | undefined,
): Promise<AblationTable> {
  const { makeAblationTable } = await import('../../ablation/makeTable');
  const { makeAblationCurves } = await import('../../ablation/curves');
  const { ablationMarkdown, writeAblation } = await import('../../ablation/files');
  const { writeAblationPage } = await import('../../figures/pages/ablationTable');
  const { out, from, results = join(out, 'results') } = flags;
  const folders = [out, ...from];
  const createdBy = ['xkd', ...process.argv.slice(2)];
  const table: AblationTable = makeAblationTable({ jobs, folders, createdBy, rule });
  writeAblation(results, table, makeAblationCurves(jobs, folders));
  writeAblationPage(join(results, 'ablation.html'), table);
  if (flags.pairs) await writePairs(jobs, { folders, createdBy, results });
  process.stdout.write(ablationMarkdown(table));
  process.stderr.write(
    `xkd: wrote ablation.json, .csv, .md and .html, and ablation-curves.json, to ${results}\n`,
  );
  return table;
}

async function writePairs(
  jobs: readonly AblationJob[],
  args: {
    readonly folders: readonly string[];
    readonly createdBy: readonly string[];
    readonly results: string;
  },
): Promise<void> {
  const { measureAblationPairs } = await import('../../inspection/ablationPairs');
  const { writeAblationPairs } = await import('../../ablation/files');
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number): void => {
    progress ??= new Progress({ label: 'pairs', total, unit: 'networks' });
    progress.update(done);
  };
  try {
    writeAblationPairs(args.results, await measureAblationPairs({ ...args, jobs, onProgress }));
  } finally {
    progress?.stop();
  }
}
