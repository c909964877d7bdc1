import { basename } from 'node:path';
import type { ProtocolResult } from '../results';
import { paperDataset } from './compareWithPaper';
import { datasetKey, groupBy } from './distinctRuns';

/** The title of each data set by its {@link datasetKey}; where two would have the same, with the folder. */
export function datasetTitles(datasets: readonly ProtocolResult['dataset'][]): Map<string, string> {
  const distinct = [...groupBy(datasets, datasetKey).entries()].map(([key, [dataset]]) => ({ key, dataset }));
  const entries = [...groupBy(distinct, ({ dataset }) => title(dataset)).entries()].flatMap(([name, same]) =>
    same.map(({ key, dataset }): [string, string] => [
      key,
      same.length > 1 ? `${name} (${dataset.root})` : name,
    ]),
  );
  return new Map(entries);
}

function title({ name, root }: ProtocolResult['dataset']): string {
  return paperDataset(name)?.title ?? (name === 'folder' ? basename(root) || root : name);
}
