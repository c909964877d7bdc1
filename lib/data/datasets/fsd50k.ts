import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../errors';
import { withSlashes } from '../lists/listedPath';
import { findMedia } from '../lists/mediaFiles';
import { audioExtensions } from '../lists/mediaNames';
import { columnOf, readTable } from '../lists/table';
import type { FoldRole, Layout, ListedClip } from './layout';
import { FileKeys } from './places';

const truth = 'FSD50K.ground_truth';
const roleOf: Readonly<Record<string, FoldRole>> = { train: 'train', val: 'validation', test: 'test' };

/**
 * FSD50K (Fonseca et al. 2020): `FSD50K.dev_audio` and `FSD50K.eval_audio` hold `NUMBER.wav`.
 * `FSD50K.ground_truth/dev.csv` (`fname,labels,mids,split`, where the split is train or val) and `eval.csv`
 * give the labels, separated by commas, and `vocabulary.csv` numbers them.
 */
export const fsd50k: Layout = {
  name: 'fsd50k',
  title: 'FSD50K',
  published: {
    classes: 200,
    clips: { train: 36_796, val: 4170, test: 10_231 },
    source: 'Fonseca et al., IEEE/ACM TASLP 30 (2022): 40966 clips for development and 10231 for evaluation',
  },
  expected:
    'FSD50K.dev_audio/*.wav, FSD50K.eval_audio/*.wav and FSD50K.ground_truth/{dev,eval,vocabulary}.csv',
  multiLabel: true,
  whole: true,

  lacks(folder) {
    const tables = ['dev.csv', 'eval.csv', 'vocabulary.csv'].map((name) => join(truth, name));
    return tables.find((table) => !existsSync(join(folder, table))) ?? null;
  },

  async read(folder) {
    const vocabulary = join(folder, truth, 'vocabulary.csv');
    const { rows } = readTable(vocabulary, { columns: ['number', 'label', 'mid'] });
    const classes = rows.map(([, label]) => label);
    const known = new Set(classes);
    const files = new FileKeys(
      findMedia(folder, audioExtensions),
      ({ folders, stem }) => `${folders.at(-1)}/${stem}`,
    );
    const listed = [
      ...readTruth(join(folder, truth, 'dev.csv'), known),
      ...readTruth(join(folder, truth, 'eval.csv'), known),
    ];
    const clips = listed.map((clip) => ({ listed: clip, path: files.take(clip.name.replace(/\.wav$/, '')) }));
    return { clips, classes, folds: ['default'], unlisted: files.left };
  },
};

function readTruth(path: string, known: ReadonlySet<string>): ListedClip[] {
  const table = readTable(path);
  const [fname, labels] = [columnOf(table, 'fname', 'file numbers'), columnOf(table, 'labels', 'labels')];
  const isDev = path.endsWith('dev.csv');
  const split = isDev ? columnOf(table, 'split', 'splits') : -1;
  return table.rows.map((row, i) => {
    const place = `Row ${table.firstRow + i} of ${path}`;
    const names = row[labels]
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const strange = names.find((name) => !known.has(name));
    if (strange !== undefined) {
      throw new UserError(
        `${place} has the label "${strange}", which vocabulary.csv does not list: take both as they were published.`,
      );
    }
    const own = split < 0 ? 'test' : row[split];
    if (!Object.hasOwn(roleOf, own)) {
      throw new UserError(
        `${place} has the split "${own}", but splits are train and val: take the table as it was published.`,
      );
    }
    const name = `FSD50K.${isDev ? 'dev' : 'eval'}_audio/${basename(withSlashes(row[fname]), '.wav')}.wav`;
    return { name, label: null, labels: names, split: own, roles: [roleOf[own]] };
  });
}
