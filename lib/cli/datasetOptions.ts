import type { Command } from 'commander';
import { datasetNames, type DatasetArgs } from '../data/dataset';
import { UserError } from '../errors';

/** Description of the option `--dataset`. */
export const datasetChoice = `${datasetNames.join(', ')} (default: index.csv if there is one, else folders)`;

/** What the options of {@link tableOptions} give. */
export interface TableFlags {
  readonly columns?: string;
  readonly separator?: string;
}

/** Adds the options that say how a table of one's own is read. */
export function tableOptions(command: Command): Command {
  return command
    .option(
      '--columns <list>',
      'of a table of your own: role=column, with the roles path, label, labels, split, start, end',
    )
    .option('--separator <text>', 'separator of several labels in a table of your own', ';');
}

/** How a data set is opened, from the options `--dataset`, `--allow-missing` and those of a table. */
export function openAs(
  flags: TableFlags & { readonly dataset?: string; readonly allowMissing?: boolean },
): DatasetArgs {
  return {
    dataset: flags.dataset,
    missing: flags.allowMissing ? 'leaveOut' : 'refuse',
    columns: parseColumns(flags.columns),
    separator: flags.separator,
  };
}

/** @throws UserError where it is not a list of roles and columns */
export function parseColumns(list: string | undefined): Record<string, string> | undefined {
  if (list === undefined) return undefined;
  const pairs = list.split(',').map((word) => /^(path|label|labels|split|start|end)=(.+)$/.exec(word.trim()));
  if (pairs.includes(null)) {
    throw new UserError(
      `--columns "${list}" is not a list of role=column: the roles are path, label, labels, split, start and end.`,
    );
  }
  return Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]]));
}
