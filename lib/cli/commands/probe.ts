import { Option, type Command } from 'commander';
import { presets } from '../../config';
import type { ProbeModality } from '../../eval';
import type { Role } from '../../model';
import { configOptions, presetOption, readConfigFile } from '../configOptions';
import { datasetOptions, openAs, type DatasetFlags } from '../datasetOptions';
import { withExamples, type Example } from '../help';
import { repeated } from '../optionValues';
import { Progress } from '../progress';
import { weightsArgs, weightsOptions, type WeightsFlags } from '../weightsOptions';

interface ProbeFlags extends DatasetFlags, WeightsFlags {
  readonly config?: string;
  readonly checkpoint: readonly string[];
  readonly data: string;
  readonly modality: ProbeModality;
  readonly tower?: Role;
  readonly preset?: string;
  readonly trainSplit: string;
  readonly testSplit: string;
  readonly json?: boolean;
  readonly out?: string;
}

const examples: readonly Example[] = [
  'xkd probe --checkpoint runs/first --data data/sample --modality both',
  ['xkd probe --checkpoint none --preset nano --data data/sample seed=1', 'an untrained network'],
  ['xkd probe --checkpoint vid_teacher.pth.tar --preset base --data ucf101', "the authors' weights"],
];

/** `xkd probe`: tests how well frozen features separate the classes of a data set. */
export function register(program: Command): void {
  const command = program
    .command('probe')
    .description('Train linear classifiers on frozen features and test them')
    .requiredOption(
      '--checkpoint <path>',
      'run folder (its newest checkpoint), file of weights, or none: untrained; again for each further backbone',
      repeated,
    );
  datasetOptions(command, { description: 'data set with labels and splits' })
    .addOption(
      new Option('--modality <name>', 'features of').choices(['video', 'audio', 'both']).default('video'),
    )
    .addOption(
      new Option('--tower <name>', 'whose features (default: student, or the one that a file holds)').choices(
        ['student', 'teacher'],
      ),
    )
    .addOption(presetOption(`configuration of an untrained network: ${Object.keys(presets).join(', ')}`))
    .option('--train-split <name>', 'split to learn from', 'train')
    .option('--test-split <name>', 'split to test on', 'test')
    .option('--json', 'print one JSON object instead of tables')
    .option('--out <file>', 'write the JSON object to a file, too')
    .action(run);
  weightsOptions(command);
  configOptions(command, 'configuration values: of the loader, or any for an untrained network');
  withExamples(command, examples);
}

async function run(words: readonly string[], flags: ProbeFlags): Promise<void> {
  // Loaded here, so that other commands don't wait for TensorFlow.
  const { openNetwork, requireTowers } = await import('../network');
  const { linearProbe } = await import('../../eval');
  const { formatProbe } = await import('../probeTable');
  const { writeFileAtomic } = await import('../../files');
  const file = readConfigFile(flags.config);
  const { checkpoint, preset = file.preset } = flags;
  const overrides = [...file.words, ...words];
  const opened = await openNetwork({ checkpoint, preset, overrides, weights: weightsArgs(flags) });
  const { network, backbones, step, source } = opened;
  let progress: Progress | undefined;
  const tower = flags.tower ?? backbones?.[0].role ?? 'student';
  try {
    requireTowers(network, flags.modality, tower);
    const result = await linearProbe({
      network,
      data: flags.data,
      openAs: openAs(flags),
      modality: flags.modality,
      tower,
      splits: { train: flags.trainSplit, test: flags.testSplit },
      onProgress: (done, total) => {
        progress ??= new Progress({ label: 'features', total, unit: 'clips' });
        progress.update(done);
      },
    });
    progress?.stop();
    const json = `${JSON.stringify({ checkpoint: source, step, data: flags.data, ...result }, null, 2)}\n`;
    if (flags.out) writeFileAtomic(flags.out, json);
    process.stdout.write(flags.json ? json : formatProbe(result, source));
  } finally {
    progress?.stop();
    opened.dispose();
  }
}
