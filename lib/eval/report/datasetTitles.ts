import { basename } from 'node:path';
import { layouts, type KnownDataset } from '../../data/datasets/registry';
import type { ProtocolResult } from '../results';
import { datasetKey, groupBy } from './distinctRuns';

/** Title of each data set by its {@link datasetKey}. Titles that would be equal are followed by the folder. */
export function datasetTitles(datasets: readonly ProtocolResult['dataset'][]): Map<string, string> {
  const distinct = [...groupBy(datasets, datasetKey).entries()].map(([key, [dataset]]) => ({ key, dataset }));
  const entries = [...groupBy(distinct, ({ dataset }) => title(dataset)).entries()].flatMap(([name, same]) =>
    same.map(({ key, dataset }): [string, string] => [
      key,
      same.length > 1 ? `${name} (${dataset.original ?? dataset.root})` : name,
    ]),
  );
  return new Map(entries);
}

function title({ name, root, original = root }: ProtocolResult['dataset']): string {
  if (name === 'folder') return basename(original) || original;
  return Object.hasOwn(layouts, name) ? layouts[name as KnownDataset].title : name;
}
