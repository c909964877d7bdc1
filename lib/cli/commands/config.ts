import { chooseNoLibrary } from '@tensorflow/tfjs-node/choice';
import type { Command } from 'commander';
import { UserError } from '../../errors';
import { formatDescription } from '../configDescription';
import { configOptions, presetArgument, readConfigFile } from '../configOptions';
import { withExamples } from '../help';
import { configure, configKeys, parseOverrides, valuesText, type XkdConfig } from '../../config';

interface ConfigFlags {
  readonly config?: string;
  readonly keys?: boolean;
  readonly describe?: boolean;
  readonly json?: boolean;
}

/** `xkd config PRESET [key=value...]`: prints the resolved configuration, for people and other programs. */
export function register(program: Command): void {
  const command = program
    .command('config')
    .description('Print the resolved configuration of a preset as JSON')
    .addArgument(presetArgument('[preset]'))
    .option('--keys', 'list every key with its value, what is allowed and its meaning instead')
    .option('--describe', 'add what it costs: parameters, tokens, FLOPs and memory of a step')
    .option('--json', 'with --describe: print one JSON object of configuration and description')
    .action((preset: string | undefined, words: string[], flags: ConfigFlags) =>
      run(command, preset, words, flags),
    );
  configOptions(command, 'values to change, such as mask.video=0.9');
  withExamples(command, [
    'xkd config base --describe',
    ['xkd config nano --keys', 'all keys, what they mean and may hold'],
    ['xkd config --config runs/first/config.json mask.video=0.9', 'that of a run, changed'],
  ]);
}

async function run(
  command: Command,
  first: string | undefined,
  rest: readonly string[],
  flags: ConfigFlags,
): Promise<void> {
  const file = readConfigFile(flags.config);
  // A configuration file that names its preset makes the argument optional.
  const isOverride = first?.includes('=') === true && file.preset !== undefined;
  const preset = isOverride ? file.preset : (first ?? file.preset);
  if (preset === undefined && flags.config !== undefined) {
    throw new UserError(
      `"${flags.config}" names no preset: add a line such as "preset: nano" to it, or name one on the command line.`,
    );
  }
  if (preset === undefined) {
    command.error("error: missing required argument 'preset'", {
      code: 'commander.missingArgument',
      exitCode: 1,
    });
  }
  const words = [...file.words, ...(isOverride ? [first!] : []), ...rest];
  const config = configure(preset, parseOverrides(words));
  if (flags.json && !flags.describe)
    throw new UserError('--json goes with --describe; without both, JSON is printed as it is.');
  if (flags.keys && flags.describe)
    throw new UserError('--keys and --describe are two listings: give one of them.');
  process.stdout.write(await print(config, flags));
}

async function print(config: XkdConfig, { keys, describe, json }: ConfigFlags): Promise<string> {
  if (keys) return keyTable(config);
  if (!describe) return asJson(config);
  chooseNoLibrary();
  const { describeConfig } = await import('../../train/cost');
  const description = describeConfig(config);
  return json ? asJson({ config, description }) : `${asJson(config)}\n${formatDescription(description)}`;
}

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function keyTable(config: XkdConfig): string {
  const rows = configKeys(config).map((field) => [
    field.key,
    JSON.stringify(field.value),
    valuesText(field),
    field.help,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
