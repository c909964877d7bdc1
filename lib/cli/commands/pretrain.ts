import { join } from 'node:path';
import type { Command } from 'commander';
import { configure, lossNames, losses, parseOverrides, presets, type XkdConfig } from '../../config';
import type { World } from '../../ranks';
import type { TensorBoard } from '../../tensorboard';
import type { PretrainingRun, StepMetrics } from '../../train';
import { type InterruptWatch, exitCodeOf, watchInterrupt } from '../../train/interrupt';
import { configOptions, presetOption, readConfigFile } from '../configOptions';
import { datasetOptions, openAs, type DatasetFlags } from '../datasetOptions';
import { withExamples } from '../help';
import { count, repeated } from '../optionValues';
import { onProcesses, processesOption, restartsOption, type ProcessFlags } from '../processes';
import { Progress } from '../progress';
import { SharedPace } from '../sharedPace';
import { weightsArgs, weightsOptions, type WeightsFlags } from '../weightsOptions';

interface PretrainFlags extends DatasetFlags, WeightsFlags, ProcessFlags {
  preset?: string;
  config?: string;
  data: string;
  out: string;
  init?: readonly string[];
  mirror?: string;
  resume?: boolean;
  eager?: boolean;
  changes?: string;
  tensorboard?: boolean;
  probeSteps?: number;
  stopWhenFailing?: boolean;
}

/** `xkd pretrain`: trains XKD on a folder of videos, with a progress bar, a run folder and a clean exit on Ctrl-C. */
export function register(program: Command): void {
  const command = program
    .command('pretrain')
    .description('Pretrain XKD on a folder of videos with sound')
    .addOption(presetOption(`${Object.keys(presets).join(', ')} (default: that of --config, else nano)`));
  datasetOptions(command, { description: 'data set: a folder with index.csv, or any tree of video files' })
    .requiredOption('--out <folder>', 'run folder: configuration, metrics, checkpoints')
    .option(
      '--init <path>',
      'weights to start from, with teacher=frozen those of the teachers: a run folder, a checkpoint or a file of weights; again for each further backbone',
      repeated,
    )
    .option('--mirror <folder>', 'second copy of the run folder, such as on another disk, kept up to date')
    .option('--resume', 'continue from the newest intact checkpoint in the run folder')
    .option('--changes <file>', "changes to make while it runs: another run's changes.json replays it")
    .option(
      '--tensorboard',
      'also write losses, rates and pictures for TensorBoard, to "tensorboard" in --out',
    )
    .option(
      '--probe-steps <n>',
      'steps between probes of what the network makes of some clips (default: under 1 % of the time)',
      count,
    )
    .option('--stop-when-failing', 'end, with a checkpoint, when the figures show that going on is vain')
    .addOption(processesOption())
    .addOption(restartsOption())
    .option('--eager', 'run each step op by op instead of as one native graph')
    .action(async (words: string[], flags: PretrainFlags) => {
      const file = readConfigFile(flags.config);
      const preset = flags.preset ?? file.preset ?? 'nano';
      const config = configure(preset, parseOverrides([...file.words, ...words]));
      await onProcesses(
        flags,
        async (world) => {
          // First of all, so that a signal is noticed even while a run is still being opened.
          const interrupt = watchInterrupt({ secondEnds: true });
          try {
            await pretrain(config, flags, { interrupt, world });
          } finally {
            interrupt.stop();
          }
        },
        async () => ((await holdsRun(flags.out)) ? ['--resume'] : []),
      );
    });
  weightsOptions(command);
  configOptions(command, 'configuration values, such as training.epochs=10 (see xkd config nano --keys)');
  withExamples(command, [
    'xkd pretrain --data data/sample --out runs/first',
    ['xkd pretrain --data data/sample --out runs/first --resume', 'continues where it stopped'],
    'xkd pretrain --data videos --preset base --out runs/base training.batch=8 training.precision=bf16',
  ]);
}

/** What a command is given besides its flags. */
interface Surroundings {
  readonly interrupt: InterruptWatch;
  readonly world: World | null;
}

async function pretrain(
  config: XkdConfig,
  flags: PretrainFlags,
  { interrupt, world }: Surroundings,
): Promise<void> {
  const { data, out, init, resume, eager } = flags;
  // TensorFlow is loaded only by commands that need it, when they run.
  const { openPretraining, readChanges } = await import('../../train');
  const { initialState } = await import('../../weights');
  const initial = init && (() => initialState(init, config, weightsArgs(flags)));
  const voice: Voice = { note: (line) => void process.stderr.write(`${line}\n`) };
  const isFirst = world?.isFirst ?? true;
  // Of several processes, rank 0 alone prints.
  const report = (sentence: string) => (isFirst ? voice.note(`xkd: ${sentence}`) : undefined);
  const changes = flags.changes === undefined ? undefined : readChanges(flags.changes);
  const run = await openPretraining({
    config,
    data,
    openAs: openAs(flags),
    out,
    initial,
    resume,
    eager,
    changes,
    report,
    interrupt,
    probeSteps: flags.probeSteps,
    stopWhenFailing: flags.stopWhenFailing,
    world,
    mirror: flags.mirror,
  });
  run.notes.forEach(report);
  try {
    if (!isFirst) return await takeSteps(run);
    const board = flags.tensorboard ? await openBoard(run, flags) : null;
    await follow(run, { out, interrupt, board, voice, world });
  } finally {
    await run.close();
  }
}

/** Takes all steps without a word. */
async function takeSteps(run: PretrainingRun): Promise<void> {
  for await (const step of run) void step;
}

async function openBoard(run: PretrainingRun, flags: PretrainFlags): Promise<TensorBoard> {
  const { TensorBoard, boardClips } = await import('../../tensorboard');
  const { openDataset, pretrainingEntries } = await import('../../data');
  const { entries: train } = pretrainingEntries(await openDataset(flags.data, openAs(flags)));
  const folder = join(flags.out, 'tensorboard');
  return new TensorBoard({ run, folder, runFolder: flags.out, clips: await boardClips(train, run) });
}

/** Writes lines of text; above the progress bar while there is one. */
interface Voice {
  note: (line: string) => void;
}

interface FollowArgs {
  readonly out: string;
  readonly interrupt: InterruptWatch;
  readonly board: TensorBoard | null;
  readonly voice: Voice;
  readonly world: World | null;
}

async function follow(
  run: PretrainingRun,
  { out, interrupt, board, voice, world }: FollowArgs,
): Promise<void> {
  const { steps } = run.length;
  const progress = new Progress({ label: 'pretrain', total: steps, unit: 'steps', from: run.state.step });
  const { note } = voice;
  const together = world && new SharedPace(world, run.config.training.batch);
  voice.note = (line) => progress.note(line);
  void interrupt.whenRequested.then(() =>
    progress.note('stopping after this step; a second signal ends at once'),
  );
  try {
    for await (const metrics of run) {
      progress.update(metrics.step + 1, { ...figures(metrics), ...together?.figures(metrics) });
      board?.write(metrics);
    }
  } finally {
    board?.close();
    progress.stop();
    voice.note = note;
  }
  for (const { path, reason } of run.skipped) process.stderr.write(`skipped ${path}: ${reason}\n`);
  const { step } = run.state;
  for (const { sentence } of run.health.findings) process.stderr.write(`xkd: warning: ${sentence}\n`);
  process.stdout.write(`${out}: ${endingOf(run)}\n`);
  if (run.failed && step < steps) process.exitCode = 1;
  if (run.interrupted && interrupt.signal) process.exitCode = exitCodeOf(interrupt.signal);
}

function endingOf({
  state: { step },
  length: { steps },
  interrupted,
  failed,
  health,
}: PretrainingRun): string {
  if (interrupted) return `interrupted after step ${step} of ${steps}; --resume continues`;
  if (failed && step < steps)
    return `stopped after step ${step} of ${steps}, since going on is vain; --resume continues all the same`;
  const count = health.findings.length;
  const warned = count === 0 ? '' : `, with ${count === 1 ? 'a warning' : `${count} warnings`}`;
  return `${steps} steps done${warned}`;
}

/** True if a run can be resumed from the folder. */
async function holdsRun(out: string): Promise<boolean> {
  const { listCheckpoints } = await import('../../train/state/checkpointFolder');
  return listCheckpoints(out).length > 0;
}

/** Figures beside the bar: the total and each loss. */
function figures(metrics: StepMetrics): Record<string, string> {
  const parts = lossNames.map((name) => [losses[name].short, metrics[name].toFixed(3)]);
  return { loss: metrics.total.toFixed(3), ...Object.fromEntries(parts) } as Record<string, string>;
}
