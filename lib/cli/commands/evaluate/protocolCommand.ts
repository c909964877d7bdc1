import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import { presets } from '../../../config';
import type { ProtocolArgs } from '../../../eval/protocols/protocol';
import type { EvaluationModality, ProtocolName, ProtocolResult } from '../../../eval/results';
import { describeSettings, type SettingsSchema } from '../../../eval/settings';
import type { Role } from '../../../model';
import { datasetChoice } from '../../datasetOptions';

/** What every sub-command of `xkd evaluate` takes. */
export interface EvaluateFlags {
  readonly checkpoint: readonly string[];
  readonly preset?: string;
  readonly dataset?: string;
  readonly root: string;
  readonly allowMissing?: boolean;
  readonly modality: EvaluationModality;
  readonly tower?: Role;
  readonly out?: string;
  readonly features?: string;
  readonly seed: number;
  readonly holdout?: number;
  readonly json?: boolean;
}

/** A protocol as a sub-command. */
export interface ProtocolCommand<S extends SettingsSchema> {
  readonly name: ProtocolName;
  readonly description: string;
  /** Its settings, given as words `key=value`; each with a default and a description. */
  readonly settings: S;
  /** The same with the defaults for a choice, where they depend on it; those above are the help's. */
  readonly settingsFor?: (choice: Pick<EvaluateFlags, 'modality' | 'dataset'>) => S;
  /** Default: all. */
  readonly modalities?: readonly EvaluationModality[];
  /** Words behind `xkd evaluate NAME` in the help. */
  readonly examples: readonly string[];
  /** Loads the protocol, and with it TensorFlow, when the command runs. */
  readonly load: () => Promise<(args: ProtocolArgs, settings: z.infer<S>) => Promise<ProtocolResult>>;
}

/** Registers a protocol under `xkd evaluate`. */
export function registerProtocol<S extends SettingsSchema>(
  evaluate: Command,
  protocol: ProtocolCommand<S>,
): void {
  const { name, description, modalities = ['video', 'audio', 'both'] } = protocol;
  evaluate
    .command(name)
    .description(description)
    .requiredOption(
      '--checkpoint <path>',
      'run folder (its newest checkpoint), file of weights, or none: untrained; again for each further backbone',
      (path: string, before: readonly string[] | undefined) => [...(before ?? []), path],
    )
    .option('--dataset <name>', datasetChoice)
    .requiredOption('--root <folder>', 'folder of the data set')
    .option('--allow-missing', 'go on without files that a published data set should have')
    .addOption(
      new Option('--modality <name>', 'what is looked at').choices(modalities).default(modalities[0]),
    )
    .addOption(
      new Option('--tower <name>', 'whose features (default: student, or the one that a file holds)').choices(
        ['student', 'teacher'],
      ),
    )
    .option('--preset <name>', `configuration of an untrained network: ${Object.keys(presets).join(', ')}`)
    .option('--out <folder>', 'where the result goes (default: evaluation in the run folder)')
    .option('--features <folder>', 'where features are kept (default: features in the run folder)')
    .option('--seed <n>', 'of everything that is drawn', wholeNumber, 0)
    .option('--holdout <share>', 'for data without splits: tests on this share of each class', share)
    .option('--json', 'print the result as JSON instead of a table')
    .argument('[words...]', 'settings key=value, below; and configuration values, such as loader.workers=1')
    .addHelpText('after', helpOf(protocol))
    .action(async (words: string[], flags: EvaluateFlags) => {
      const { runProtocol } = await import('./runProtocol');
      await runProtocol(protocol, words, flags);
    });
}

function helpOf({
  name,
  settings,
  examples,
}: Pick<ProtocolCommand<SettingsSchema>, 'name' | 'settings' | 'examples'>): string {
  const lines = (all: readonly string[]) => all.map((line) => `  ${line}\n`).join('');
  return `\nSettings, with their defaults:\n${lines(describeSettings(settings))}\nExamples:\n${lines(
    examples.map((words) => `xkd evaluate ${name} ${words}`),
  )}`;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Give a share between 0 and 1, such as 0.2.');
  return value;
}
