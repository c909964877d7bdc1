import { basename, join, resolve } from 'node:path';
import { hubWords } from '../config';
import { writeFileAtomic } from '../files';
import { hubFiles } from './hubFolder';
import { modelCard } from './modelCard';
import { readRunFigures, runFolderOf } from './runFigures';
import type { WeightSet } from './weightSet';

/**
 * Writes the configuration and the model card for the weights in a folder with the layout of model hubs.
 *
 * @param set the weights as written
 * @param from path that they come from; the figures are those of its run folder, if it has one
 */
export function writeHubDescription(folder: string, set: WeightSet, from: string): void {
  const config = { ...hubWords, ...set.config };
  const run = runFolderOf(from);
  const figures = run === null ? null : readRunFigures(run, set.step);
  writeFileAtomic(join(folder, hubFiles.config), `${JSON.stringify(config, null, 2)}\n`);
  writeFileAtomic(join(folder, hubFiles.card), modelCard({ name: basename(resolve(folder)), set, figures }));
}
