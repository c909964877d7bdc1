import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { configure, parseOverrides, presets } from '../../config';
import { UserError } from '../../errors';
import { configOption, presetOption, readConfigFile } from '../configOptions';
import { withExamples, type Example } from '../help';
import { Progress } from '../progress';
import { weightsArgs, weightsOptions, type WeightsFlags } from '../weightsOptions';
import type { WrittenFloats } from '../../weights';

interface ConvertFlags extends WeightsFlags {
  readonly to?: 'run' | 'hub';
  readonly dtype: WrittenFloats;
  readonly tower?: string;
  readonly preset?: string;
  readonly config?: string;
  readonly force?: boolean;
}

const towers = ['vid_student', 'vid_teacher', 'aud_student', 'aud_teacher'];
const examples: readonly Example[] = [
  'xkd convert runs/first vid_teacher.pth.tar --tower vid_teacher',
  ['xkd convert runs/first hub/first --to hub --dtype bf16', 'model.safetensors, config.json, README.md'],
  'xkd convert vid_student.pth.tar aud_student.pth.tar runs/released --preset base',
];
const remarks = `The ending of the last path says what is written: .safetensors, .pth, .pth.tar, .pt, or a run folder for none of them (with --to hub a folder as model hubs have it).
Files have all names of the release's state dict, for load_state_dict; the optimiser is not converted.`;

/** `xkd convert`: converts weights from one format to another. */
export function register(program: Command): void {
  const command = program
    .command('convert')
    .description("Convert weights between checkpoints, safetensors and PyTorch's files")
    .argument(
      '<paths...>',
      'run folder, checkpoint or file of weights (or several backbones), then what to write; configuration values',
    )
    .addOption(
      new Option('--tower <name>', "write only this tower's backbone, as the authors do").choices(towers),
    )
    .addOption(new Option('--to <layout>', 'what a folder becomes (default: a run)').choices(['run', 'hub']))
    .addOption(
      new Option(
        '--dtype <type>',
        'how floating-point values are written; keep: those of 16 bits as they were',
      )
        .choices(['f32', 'bf16', 'f16', 'keep'])
        .default('f32'),
    )
    .addOption(presetOption(`configuration of files without one: ${Object.keys(presets).join(', ')}`))
    .addOption(configOption())
    .option('--force', 'replace a file that is there')
    .action(run);
  weightsOptions(command);
  withExamples(command, examples, remarks);
}

async function run(
  words: readonly string[],
  { tower, force, to: layout, dtype, ...flags }: ConvertFlags,
): Promise<void> {
  const file = readConfigFile(flags.config);
  const { preset = file.preset } = flags;
  const isOverride = (word: string) => /^[a-z]\w*(\.\w+)*=/i.test(word) && !existsSync(word);
  const overrides = [...file.words, ...words.filter(isOverride)];
  const paths = words.filter((word) => !isOverride(word));
  const to = paths.pop();
  if (to === undefined || paths.length === 0) {
    throw new UserError('Two paths are needed: what to read, then what to write.');
  }
  if (preset === undefined && overrides.length > 0) {
    throw new UserError(`${overrides[0]} changes a preset; add --preset, such as --preset base.`);
  }
  const config = preset === undefined ? undefined : configure(preset, parseOverrides(overrides));
  const { convertWeights } = await import('../../weights');
  let progress: Progress | undefined;
  try {
    const onProgress = (done: number, total: number) => {
      progress ??= new Progress({ label: 'convert', total: megabytes(total), unit: 'MB' });
      progress.update(megabytes(done));
    };
    const { path, tensors, fresh } = await convertWeights({
      from: paths,
      to,
      layout,
      dtype,
      ...weightsArgs(flags),
      tower,
      config,
      force,
      onProgress,
    });
    progress?.stop();
    const rest = fresh.length === 0 ? '' : `; not in the files and started afresh: ${fresh.join(', ')}`;
    process.stdout.write(`${path}: ${tensors} tensors${rest}\n`);
  } finally {
    progress?.stop();
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
