import type { DataFrame } from 'danfojs-node';
import { join } from 'node:path';
import { ablationFeatures, ablationProbes, readAblationTable, type AblationTable } from '../ablation';
import { UserError } from '../errors';
import { lookAt, projectPath } from '../files';
import { dataFrame } from './dataFrame';

/**
 * Accuracies of an ablation as a danfo.js data frame, one row per network, features and probe:
 *
 * - `row`, `title`: name and title of the ablation's row; `against`: name of the row that it is compared with
 * - `isControl`: true for rows that the paper does not have
 * - `commonShare`: probability that a clip's picture shows the class of its sound, from 0 to 1
 * - `seed`: of the network
 * - `features`: `video`, `audio` or `both`; `probe`: `logistic` or `svm`
 * - `top1` [%]: accuracy on the test clips
 *
 * @param ablation the folder that `xkd ablate` wrote to, its `ablation.json`, or a table read by
 * {@link readAblationTable}; default: the project's own results, in `data/results`
 * @throws UserError if there is no ablation, or none of its networks is evaluated yet
 *
 * @example
 * ```ts
 * import { readAblation } from 'xkd';
 *
 * const accuracies = readAblation();
 * const means = accuracies.groupby(['row', 'features']).col(['top1']).mean();
 * console.log(means.columns); // [ 'row', 'features', 'top1_mean' ]
 * ```
 */
export function readAblation(ablation: string | AblationTable = projectPath('data', 'results')): DataFrame {
  const { rows } = typeof ablation === 'string' ? readAblationTable(tablePath(ablation)) : ablation;
  const cells = rows.flatMap(({ name, title, against, isControl, commonShare, figures }) =>
    ablationFeatures.flatMap((features) =>
      ablationProbes.flatMap((probe) =>
        figures[features][probe].values.map(({ seed, top1 }) => {
          const question = { row: name, title, against, isControl, commonShare, seed, features, probe };
          return { ...question, top1: percent(top1) };
        }),
      ),
    ),
  );
  if (cells.length === 0)
    throw new UserError('No network of this ablation is evaluated yet: let "xkd ablate" finish.');
  return dataFrame(cells, { types: { commonShare: 'float32', top1: 'float32' } });
}

/** The table in a folder, or in the folder `results` of a run of `xkd ablate`. */
function tablePath(path: string): string {
  if (path.endsWith('.json')) return path;
  const paths = [join(path, 'ablation.json'), join(path, 'results', 'ablation.json')];
  const found = paths.find((each) => lookAt(each) !== null);
  if (found !== undefined) return found;
  throw new UserError(`"${path}" holds no ablation.json: name the folder that "xkd ablate" wrote to.`);
}

/** Without the digits that binary fractions add: .57 is 57 %. */
function percent(share: number): number {
  return Number((100 * share).toFixed(10));
}
