import { basename, extname, join } from 'node:path';
import { UserError } from '../../errors';
import { withSlashes } from '../lists/listedPath';
import { findMedia } from '../lists/mediaFiles';
import { audioExtensions } from '../lists/mediaNames';
import { columnOf, readTable } from '../lists/table';
import type { FoldRole, Layout, ListedClip } from './layout';
import { FileKeys, firstPlace } from './places';

const folds = ['1', '2', '3', '4', '5'];

/**
 * ESC-50 (Piczak 2015): `audio/*.wav` and `meta/esc50.csv`, whose column `fold` gives the fold in which a
 * clip is tested.
 */
export const esc50: Layout = {
  name: 'esc50',
  title: 'ESC-50',
  published: {
    classes: 50,
    clips: Object.fromEntries(
      [1, 2, 3, 4, 5].flatMap((fold) => [
        [`${fold} train`, 1600],
        [`${fold} test`, 400],
      ]),
    ),
    perClass: Object.fromEntries(
      [1, 2, 3, 4, 5].flatMap((fold) => [
        [`${fold} train`, 32],
        [`${fold} test`, 8],
      ]),
    ),
    source: 'Piczak, ACM Multimedia 2015: 2000 clips, 40 of each class, in five folds',
  },
  expected: 'audio/*.wav and meta/esc50.csv',
  multiLabel: false,
  whole: true,

  lacks(folder) {
    return tableIn(folder) ? null : 'meta/esc50.csv';
  },

  async read(folder) {
    const table = readTable(tableIn(folder)!);
    const [name, fold] = [columnOf(table, 'filename', 'files'), columnOf(table, 'fold', 'folds')];
    const [target, category] = [
      columnOf(table, 'target', 'class numbers'),
      columnOf(table, 'category', 'classes'),
    ];
    const classes: string[] = [];
    const listed = table.rows.map((row, i): ListedClip => {
      const place = `Row ${table.firstRow + i} of ${table.path}`;
      const number = Number(row[target]);
      if (!folds.includes(row[fold])) {
        throw new UserError(
          `${place} names the fold "${row[fold]}", but folds are 1 to 5: take the table as it was published.`,
        );
      }
      if (
        !/^\d+$/.test(row[target]) ||
        row[category] === '' ||
        (classes[number] ?? row[category]) !== row[category]
      ) {
        throw new UserError(
          `${place} gives "${row[category]}" the number ${row[target]}, which disagrees with other rows: take the table as it was published.`,
        );
      }
      classes[number] = row[category];
      const roles = folds.map((own): FoldRole => (own === row[fold] ? 'test' : 'train'));
      return { name: withSlashes(row[name]), label: row[category], split: roles[0], roles };
    });
    const files = new FileKeys(findMedia(folder, audioExtensions), ({ stem }) => stem);
    const clips = listed.map((clip) => ({
      listed: clip,
      path: files.take(basename(clip.name, extname(clip.name))),
    }));
    return { clips, classes: classes.filter((label) => label !== undefined), folds, unlisted: files.left };
  },
};

function tableIn(folder: string): string | null {
  return firstPlace(folder, [join('meta', 'esc50.csv'), 'esc50.csv']);
}
