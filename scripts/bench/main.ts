import { availableParallelism } from 'node:os';
import { Command, CommanderError } from 'commander';
import { UserError } from 'xkd/dist/errors';
import { writeFigure } from './figure';
import { findProblems } from './findings';
import {
  benchEngines,
  benchKinds,
  benchPrecisions,
  benchPresets,
  dataKind,
  healthKind,
  parseCounts,
  parseList,
  runKind,
  scaleKind,
  selectGroups,
  svmKind,
} from './options';
import { runDataBench } from './data/run';
import { type BenchReport, reportTable } from './report';
import { runBench } from './run';
import { runHealthKind } from './health/kind';
import { runSvmBench } from './svm/run';
import { runScaleBench } from './scale/run';
import { runTrainingBench } from './training/run';

interface Options {
  readonly preset: string;
  readonly batch: string;
  readonly precision: string;
  readonly engine: string;
  readonly kind: string;
  readonly data?: string;
  readonly threads: string;
  readonly rounds?: string;
  readonly accumulate: string;
  readonly processes: string;
  readonly json?: boolean;
  readonly figure: string;
  readonly folder: string;
  readonly python?: string;
  readonly script: string;
  readonly pyavScript: string;
  readonly sklearnScript: string;
  readonly svmRows: string;
  readonly healthSteps: string;
  readonly healthFile: string;
  readonly withoutPytorch?: string;
}

const allKinds = [...benchKinds, dataKind, svmKind, healthKind, runKind, scaleKind] as const;

function program(): Command {
  return new Command('bench')
    .description(
      'Times of training steps and of feature extraction: ours op by op, ours as a graph, and PyTorch',
    )
    .option('--preset <list>', benchPresets.join(', '), benchPresets.join())
    .option('--batch <list>', 'clips in a step', '2,8')
    .option('--precision <list>', benchPrecisions.join(', '), benchPrecisions.join())
    .option('--engine <list>', benchEngines.join(', '), benchEngines.join())
    .option('--kind <list>', allKinds.join(', '), benchKinds.join())
    .option(
      '--data <folder>',
      'data set for the kinds data (default: clips like those of Kinetics, made here) and run (clips of the sample set)',
    )
    .option('--svm-rows <list>', 'rows of the kind svm', '5000,20000')
    .option(
      '--health-steps <count>',
      'steps of each run of the kind health, on clips that are made here or the data set of --data',
      '400',
    )
    .option(
      '--health-file <file>',
      'where its results go; runs that are in it are done',
      '.bench/health.json',
    )
    .option('--threads <count>', 'threads of each engine', String(availableParallelism()))
    .option(
      '--rounds <count>',
      'counted steps of each engine (default: 5 to 50, by preset); of the kind run, whole rounds (default: 2 to 5)',
    )
    .option('--accumulate <count>', 'micro-batches in which the clips of a step go through', '1')
    .option('--processes <list>', 'processes of the kind scale', '2')
    .option('--json', 'print one JSON object instead of a table')
    .option('--figure <file>', 'page with the figure', '.bench/figure.html')
    .requiredOption('--folder <folder>', 'for temporary files')
    .requiredOption('--script <file>', "PyTorch's side")
    .requiredOption('--pyav-script <file>', "PyAV's side")
    .requiredOption('--sklearn-script <file>', "scikit-learn's side")
    .option('--python <file>', 'Python with PyTorch')
    .option('--without-pytorch <reason>', 'why there is no PyTorch')
    .exitOverride();
}

async function main(words: readonly string[]): Promise<number> {
  const command = program().parse(words, { from: 'user' });
  const options = command.opts<Options>();
  const [threads] = parseCounts('threads', options.threads);
  const kinds = parseList('kind', options.kind, allKinds);
  const presets = parseList('preset', options.preset, benchPresets);
  const { groups, leftOut } = selectGroups(
    {
      presets,
      batches: parseCounts('batch', options.batch),
      precisions: parseList('precision', options.precision, benchPrecisions),
      engines: parseList('engine', options.engine, benchEngines),
      kinds: benchKinds.filter((kind) => kinds.includes(kind)),
      rounds: options.rounds === undefined ? null : parseCounts('rounds', options.rounds)[0],
      accumulate: parseCounts('accumulate', options.accumulate)[0],
    },
    options.withoutPytorch ?? null,
  );
  leftOut.forEach((sentence) => console.error(sentence));
  const pytorch = options.python === undefined ? null : { python: options.python, script: options.script };
  const { folder } = options;
  const onProgress = showProgress();
  const args = { leftOut, threads, folder, pytorch, onProgress };
  const steps = await runBench({ ...args, groups });
  let report: BenchReport = steps;
  if (kinds.includes(dataKind)) {
    const { python, pyavScript, data = null } = options;
    const pyav = python === undefined ? null : { python, script: pyavScript };
    // nano and base by default.
    const chosen = options.preset === benchPresets.join() ? (['nano', 'base'] as const) : presets;
    const ours = await runDataBench({
      presets: chosen,
      data,
      folder,
      pyav,
      threads,
      rows: steps.rows,
      onProgress,
    });
    report = { ...steps, machine: { ...steps.machine, tensorflow: ours.tensorflow }, data: ours.report };
  }
  if (kinds.includes(svmKind)) {
    const { python, sklearnScript } = options;
    const sklearn = python === undefined ? null : { python, script: sklearnScript };
    const rows = parseCounts('svm-rows', options.svmRows);
    process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
    report = { ...report, svm: await runSvmBench({ rows, folder, sklearn, onProgress }) };
  }
  if (kinds.includes(healthKind)) {
    const [count] = parseCounts('health-steps', options.healthSteps);
    const { data = null, healthFile: file } = options;
    const batches = parseCounts('batch', options.batch);
    const rounds = options.rounds === undefined ? null : parseCounts('rounds', options.rounds)[0];
    // nano by default.
    const chosen = options.preset === benchPresets.join() ? (['nano'] as const) : presets;
    const args = { data, file, steps: count, presets: chosen, batches, rounds, onProgress };
    report = { ...report, health: await runHealthKind(args) };
  }
  if (kinds.includes(runKind)) {
    const { data = null } = options;
    const isGiven = command.getOptionValueSource('batch') === 'cli';
    const batches = isGiven ? parseCounts('batch', options.batch) : null;
    const rounds = options.rounds === undefined ? null : parseCounts('rounds', options.rounds)[0];
    // nano by default.
    const chosen = options.preset === benchPresets.join() ? (['nano'] as const) : presets;
    const ours = await runTrainingBench({
      presets: chosen,
      batches,
      rounds,
      data,
      threads,
      folder,
      onProgress,
    });
    const machine = { ...report.machine, tensorflow: ours.tensorflow ?? report.machine.tensorflow };
    report = { ...report, machine, training: ours.rows };
  }
  if (kinds.includes(scaleKind)) {
    const isGiven = command.getOptionValueSource('batch') === 'cli';
    const scale = await runScaleBench({
      // nano by default.
      presets: options.preset === benchPresets.join() ? (['nano'] as const) : presets,
      batches: isGiven ? parseCounts('batch', options.batch) : null,
      processes: parseCounts('processes', options.processes),
      rounds: options.rounds === undefined ? 3 : parseCounts('rounds', options.rounds)[0],
      data: options.data ?? null,
      folder,
      onProgress,
    });
    report = { ...report, scale };
  }
  report.leftOut.slice(leftOut.length).forEach((sentence) => console.error(sentence));
  // Printed first, so that no measurement is lost if a figure can't be written.
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : reportTable(report));
  writeFigure(options.figure, report);
  console.error(`The figure is in ${options.figure}.`);
  const problems = findProblems(report.rows);
  problems.forEach((problem) => console.error(problem));
  return problems.length > 0 ? 1 : 0;
}

/** One line on stderr, redrawn on a terminal; in a log file, one line per piece of work. */
function showProgress(): (text: string) => void {
  const { stderr } = process;
  let last = '';
  process.on('exit', () => stderr.isTTY && stderr.write('\r\x1b[K'));
  return (text) => {
    if (stderr.isTTY) stderr.write(`\r\x1b[K${text}`);
    else {
      const work = text.replace(/: step .*/, ': measuring');
      if (work !== last) stderr.write(`${work}\n`);
      last = work;
    }
  };
}

// An exit of this kind ends the engines and removes the files.
process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143));
main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
    if (error instanceof UserError) console.error(`bench: ${error.message}`);
    else console.error(error);
    process.exit(error instanceof UserError ? 1 : 70);
  },
);
