import { datasetNames, type DatasetArgs } from '../data/dataset';

/** Description of the option `--dataset`. */
export const datasetChoice = `${datasetNames.join(', ')} (default: index.csv if there is one, else folders)`;

/** How a data set is opened, from the options `--dataset` and `--allow-missing`. */
export function openAs(flags: { readonly dataset?: string; readonly allowMissing?: boolean }): DatasetArgs {
  return { dataset: flags.dataset, missing: flags.allowMissing ? 'leaveOut' : 'refuse' };
}
