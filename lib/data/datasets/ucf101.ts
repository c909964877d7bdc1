import { basename, extname, join } from 'node:path';
import { UserError } from '../../errors';
import { withSlashes } from '../lists/listedPath';
import { comparable, findMedia } from '../lists/mediaFiles';
import { videoExtensions } from '../lists/mediaNames';
import { readLines } from '../lists/textFile';
import type { FoldRole, Layout, ListedClip } from './layout';
import { FileKeys, firstPlace } from './places';
import { requireList } from './root';

const folds = ['1', '2', '3'];
const listFolders = [
  'ucfTrainTestlist',
  'UCF101TrainTestSplits-RecognitionTask/ucfTrainTestlist',
  'annotations',
  '.',
];

/**
 * UCF101 (Soomro et al. 2012): `UCF-101/Class/v_Class_gXX_cYY.avi`, and lists of `Class/v_Class_gXX_cYY.avi`,
 * followed in the training lists by the class number in `classInd.txt`. Files are matched by name alone,
 * ignoring case: the class `HandstandPushups` has files named `v_HandStandPushups_...`.
 */
export const ucf101: Layout = {
  name: 'ucf101',
  title: 'UCF101',
  published: {
    classes: 101,
    clips: {
      '1 train': 9537,
      '1 test': 3783,
      '2 train': 9586,
      '2 test': 3734,
      '3 train': 9624,
      '3 test': 3696,
    },
    source:
      'Soomro, Zamir and Shah, CRCV-TR-12-01 (2012), 13320 clips; the three lists for action recognition',
  },
  expected: 'UCF-101/CLASS/*.avi and ucfTrainTestlist/{classInd,trainlist01,testlist01,...}.txt',
  multiLabel: false,
  whole: true,

  lacks(folder) {
    return listsIn(folder) ? null : 'ucfTrainTestlist/classInd.txt';
  },

  async read(folder) {
    const lists = listsIn(folder)!;
    const classes = readClasses(join(lists, 'classInd.txt'));
    const names = new Map(classes.map((name) => [comparable(name), name]));
    const clips = new Map<string, ListedClip>();
    folds.forEach((fold, f) => {
      for (const role of ['train', 'test'] as const) {
        const list = join(lists, `${role}list0${fold}.txt`);
        requireList(ucf101, list);
        for (const { text, line } of readLines(list)) {
          const { file, number } = parseLine(text);
          const label = names.get(comparable(file.split('/')[0]));
          if (label === undefined || (number !== null && classes[number - 1] !== label)) {
            throw new UserError(
              `Line ${line} of ${list} ("${text}") does not agree with classInd.txt: take both lists from the same publication.`,
            );
          }
          const key = comparable(stemOf(file));
          const before = clips.get(key);
          const roles: FoldRole[] = [...(before?.roles ?? [null, null, null])];
          if (roles[f] !== null && roles[f] !== role) {
            throw new UserError(
              `Line ${line} of ${list} names "${file}", which trainlist0${fold}.txt names too: a clip is either learnt from or tested; take the lists as they were published.`,
            );
          }
          roles[f] = role;
          clips.set(key, { name: file, label, split: roles[0] ?? 'unused', roles });
        }
      }
    });
    const files = new FileKeys(findMedia(folder, videoExtensions), ({ stem }) => stem);
    const found = [...clips.values()].map((listed) => ({ listed, path: files.take(stemOf(listed.name)) }));
    return { clips: found, classes, folds, unlisted: files.left };
  },
};

function listsIn(folder: string): string | null {
  const place = firstPlace(
    folder,
    listFolders.map((list) => join(list, 'classInd.txt')),
  );
  return place && join(place, '..');
}

/** Lines `1 ApplyEyeMakeup`, numbered from 1. */
function readClasses(path: string): string[] {
  return readLines(path).map(({ text, line }, i) => {
    const match = /^(\d+)\s+(\S+)$/.exec(text);
    if (match && Number(match[1]) === i + 1) return match[2];
    throw new UserError(
      `Line ${line} of ${path} is not "${i + 1} CLASS" but "${text}": take the list as it was published.`,
    );
  });
}

function parseLine(text: string): { file: string; number: number | null } {
  const [, file, number] = /^(.*?)(?:\s+(\d+))?$/.exec(text)!;
  return { file: withSlashes(file), number: number === undefined ? null : Number(number) };
}

function stemOf(file: string): string {
  return basename(file, extname(file));
}
