import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import { presets } from '../../../config';
import {
  protocolNamed,
  type DefaultsChoice,
  type Protocol,
  type ProtocolName,
} from '../../../eval/protocols/registry';
import { evaluationModalities, type EvaluationModality } from '../../../eval/results';
import { describeSettings, type SettingsSchema } from '../../../eval/settings';
import type { Role } from '../../../model';
import { watchInterrupt } from '../../../train/interrupt';
import { configOption, overridesArgument, presetOption } from '../../configOptions';
import { datasetOptions, type DatasetFlags } from '../../datasetOptions';
import { withExamples } from '../../help';
import { repeated } from '../../optionValues';
import type { Candidate } from '../../suggestions';
import { weightsOptions, type WeightsFlags } from '../../weightsOptions';

/** Options of every sub-command of `xkd evaluate`. */
export interface EvaluateFlags extends DatasetFlags, WeightsFlags {
  readonly checkpoint: readonly string[];
  readonly preset?: string;
  readonly config?: string;
  readonly data: string;
  readonly modality: EvaluationModality;
  readonly tower?: Role;
  readonly out?: string;
  readonly features?: string;
  readonly seed: number;
  readonly holdout?: number;
  readonly json?: boolean;
}

/** Registers a protocol under `xkd evaluate`. */
export function registerProtocol(evaluate: Command, name: ProtocolName): void {
  const protocol = protocolNamed(name);
  const { description, modalities = evaluationModalities } = protocol;
  const command = evaluate
    .command(name)
    .description(description)
    .requiredOption(
      '--checkpoint <path>',
      'run folder (its newest checkpoint), file of weights, or none: untrained; again for each further backbone',
      repeated,
    );
  datasetOptions(command)
    .addOption(
      new Option('--modality <name>', 'what is looked at').choices(modalities).default(modalities[0]),
    )
    .addOption(
      new Option('--tower <name>', 'whose features (default: student, or the one that a file holds)').choices(
        ['student', 'teacher'],
      ),
    )
    .addOption(presetOption(`configuration of an untrained network: ${Object.keys(presets).join(', ')}`))
    .addOption(configOption())
    .option(
      '--out <folder>',
      'where the result goes (default: evaluation in the run folder, or in runs if there is none)',
    )
    .option(
      '--features <folder>',
      'where features are kept (default: features in the run folder, or in runs)',
    )
    .option('--seed <n>', 'seed of everything that is random', wholeNumber, 0)
    .option('--holdout <share>', 'for data without splits: tests on this share of each class', share)
    .option('--json', 'print the result as JSON instead of a table')
    .addArgument(
      overridesArgument('settings key=value, below; and configuration values, such as loader.workers=1', () =>
        settingCandidates(settingsOf(protocol)),
      ),
    )
    .action(async (words: string[], flags: EvaluateFlags) => {
      // First of all, so that a signal is noticed even while TensorFlow is being loaded.
      const interrupt = watchInterrupt({ secondEnds: true });
      try {
        const { runProtocol } = await import('./runProtocol');
        await runProtocol(name, words, flags, interrupt);
      } finally {
        interrupt.stop();
      }
    });
  weightsOptions(command);
  const examples = protocol.examples.map((words) => `xkd evaluate ${name} ${words}`);
  withExamples(command, examples, settingsHelp(protocol));
}

function settingCandidates(settings: SettingsSchema): Candidate[] {
  return Object.entries(settings.shape).map(([key, type]) => ({
    text: `${key}=`,
    help: (type as z.ZodType).description,
  }));
}

/** The settings with the defaults that the help shows. */
function settingsOf({ settings, modalities = evaluationModalities }: Protocol): SettingsSchema {
  return settings({ modality: modalities[0] });
}

function settingsHelp(protocol: Protocol): string {
  const lines = (all: readonly string[]) => all.map((line) => `  ${line}`).join('\n');
  const usual = settingsOf(protocol);
  const others = (protocol.otherDefaults ?? []).map((choice) => {
    const words = changedDefaults(usual, protocol.settings(choice)).join(' ');
    return `${flagsOf(choice)}: ${words}`;
  });
  const elsewhere = others.length === 0 ? '' : `\n\nOther defaults:\n${lines(others)}`;
  return `Settings, with their defaults:\n${lines(describeSettings(usual))}${elsewhere}`;
}

function flagsOf({ modality, dataset }: DefaultsChoice): string {
  return `--modality ${modality}${dataset === undefined ? '' : ` --dataset ${dataset}`}`;
}

function changedDefaults(settings: SettingsSchema, others: SettingsSchema): string[] {
  const [usual, changed] = [settings, others].map((schema) => schema.parse({}) as Record<string, unknown>);
  return Object.entries(changed)
    .map(([key, value]) => [key, JSON.stringify(value)])
    .filter(([key, value]) => value !== JSON.stringify(usual[key]))
    .map(([key, value]) => `${key}=${value}`);
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
