import { basename, extname, join } from 'node:path';
import { UserError } from '../../errors';
import { withSlashes } from '../lists/listedPath';
import { comparable, findMedia } from '../lists/mediaFiles';
import { videoExtensions } from '../lists/mediaNames';
import { readLines } from '../lists/textFile';
import type { FoldRole, Layout, ListedClip } from './layout';
import { FileKeys, namesIn } from './places';
import { requireList } from './root';

const folds = ['1', '2', '3'];
const listFolders = [
  'testTrainMulti_7030_splits',
  'test_train_splits/testTrainMulti_7030_splits',
  'splits',
  'annotations',
  '.',
];
const listName = /^(.+)_test_split([123])\.txt$/;
const roleOf: Readonly<Record<string, FoldRole>> = { 0: null, 1: 'train', 2: 'test' };

/**
 * HMDB51 (Kuehne et al. 2011): `class/*.avi`, and for each class and split a list `class_test_splitN.txt`
 * with lines `file.avi 1`, where 0 means unused, 1 training and 2 test. File names contain characters such as
 * `#`, `;`, `&` and `(`.
 */
export const hmdb51: Layout = {
  name: 'hmdb51',
  title: 'HMDB51',
  published: {
    classes: 51,
    clips: {
      '1 train': 3570,
      '1 test': 1530,
      '2 train': 3570,
      '2 test': 1530,
      '3 train': 3570,
      '3 test': 1530,
    },
    perClass: { '1 train': 70, '1 test': 30, '2 train': 70, '2 test': 30, '3 train': 70, '3 test': 30 },
    source: 'Kuehne et al., ICCV 2011; the lists of the three splits, which name 6766 clips',
  },
  expected:
    'CLASS/*.avi (also within a folder such as hmdb51_org) and testTrainMulti_7030_splits/CLASS_test_split1.txt, ...',
  multiLabel: false,
  whole: true,

  lacks(folder) {
    return listsIn(folder) ? null : 'testTrainMulti_7030_splits/CLASS_test_split1.txt';
  },

  async read(folder) {
    const { path: lists, names } = listsIn(folder)!;
    const clips = new Map<string, ListedClip>();
    const classes = [...new Set(names.map((name) => listName.exec(name)![1]))].sort();
    for (const [label, fold] of classes.flatMap((name) => folds.map((fold) => [name, fold]))) {
      const list = join(lists, `${label}_test_split${fold}.txt`);
      requireList(hmdb51, list);
      for (const { text, line } of readLines(list)) {
        const match = /^(.*\S)\s+([012])$/.exec(text);
        if (!match) {
          throw new UserError(
            `Line ${line} of ${list} ("${text}") is not a file name and 0, 1 or 2: take the list as it was published.`,
          );
        }
        const name = withSlashes(match[1]).split('/').at(-1)!;
        const file = `${label}/${name}`;
        const key = comparable(keyOf(label, name));
        const roles: FoldRole[] = [...(clips.get(key)?.roles ?? [null, null, null])];
        const before = roles[folds.indexOf(fold)];
        if (before !== null && before !== roleOf[match[2]]) {
          throw new UserError(
            `Line ${line} of ${list} ("${text}") contradicts a line above it: take the list as it was published.`,
          );
        }
        roles[folds.indexOf(fold)] = roleOf[match[2]];
        clips.set(key, { name: file, label, split: roles[0] ?? 'unused', roles });
      }
    }
    const files = new FileKeys(findMedia(folder, videoExtensions), ({ folders, stem }) =>
      keyOf(folders.at(-1) ?? '', stem),
    );
    const found = [...clips.values()].map((listed) => {
      const [label, file] = [listed.label!, listed.name.slice(listed.label!.length + 1)];
      return { listed, path: files.take(keyOf(label, file)) };
    });
    return { clips: found, classes, folds, unlisted: files.left };
  },
};

function listsIn(folder: string): { path: string; names: string[] } | null {
  for (const place of listFolders) {
    const path = join(folder, place);
    const names = namesIn(path).filter((name) => listName.test(name));
    if (names.length > 0) return { path, names };
  }
  return null;
}

function keyOf(label: string, file: string): string {
  const extension = extname(file);
  return `${label}/${videoExtensions.includes(extension.toLowerCase()) ? basename(file, extension) : file}`;
}
