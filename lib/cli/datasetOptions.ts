import { Option, type Command } from 'commander';
import { datasetNames, type DatasetArgs } from '../data/dataset';
import { UserError } from '../errors';
import { suggest } from './suggestions';

/** Values of the {@link datasetOptions}, without the folder, which not every command requires. */
export interface DatasetFlags extends TableFlags {
  readonly dataset?: string;
  readonly allowMissing?: boolean;
}

/** Option for the folder of a data set. Its former name `--root` is still accepted. */
class DataOption extends Option {
  constructor(description: string) {
    super('--data <folder>', description);
  }

  /** Commander calls this to find the option for a word; its types omit it. */
  is(flag: string): boolean {
    return flag === this.long || flag === '--root';
  }
}

export interface DataArgs {
  readonly description?: string;
  /** Default: true. */
  readonly required?: boolean;
  /** How missing files are handled, for the help of the option that allows them. */
  readonly missing?: string;
}

/** Adds the options that select a data set and say how to read it. */
export function datasetOptions(
  command: Command,
  {
    description = 'folder of the data set, or the table of one of your own',
    required = true,
    missing = 'continue without files that a published data set should have',
  }: DataArgs = {},
): Command {
  const named = suggest(
    new Option(
      '--dataset <name>',
      `${datasetNames.join(', ')} (default: index.csv if there is one, else folders)`,
    ),
    () => datasetNames,
  );
  command.addOption(new DataOption(description).makeOptionMandatory(required)).addOption(named);
  return tableOptions(command).option('--allow-missing', missing);
}

/** Values of the {@link tableOptions}. */
export interface TableFlags {
  readonly columns?: string;
  readonly separator?: string;
}

/** Adds the options that say how to read a custom table. */
function tableOptions(command: Command): Command {
  return command
    .option(
      '--columns <list>',
      'of a table of your own: role=column, with the roles path, label, labels, split, start, end, sound; numbers where it has no line of names',
    )
    .option('--separator <text>', 'separator of several labels in a table of your own', ';');
}

/** How to open a data set, from `--dataset`, `--allow-missing` and the options for a table. */
export function openAs(flags: DatasetFlags): DatasetArgs {
  return {
    dataset: flags.dataset,
    missing: flags.allowMissing ? 'leaveOut' : 'refuse',
    columns: parseColumns(flags.columns),
    separator: flags.separator,
  };
}

/** @throws UserError if it is not a list of roles and columns */
export function parseColumns(list: string | undefined): Record<string, string> | undefined {
  if (list === undefined) return undefined;
  const pairs = list
    .split(',')
    .map((word) => /^(path|label|labels|split|start|end|sound)=(.+)$/.exec(word.trim()));
  if (pairs.includes(null)) {
    throw new UserError(
      `--columns "${list}" is not a list of role=column: the roles are path, label, labels, split, start, end and sound.`,
    );
  }
  return Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]]));
}
