import { UserError } from '../../errors';
import { findMedia } from '../lists/mediaFiles';
import { videoExtensions } from '../lists/mediaNames';
import { readLines } from '../lists/textFile';
import type { FoldRole, Layout, ListedClip } from './layout';
import { FileKeys, firstPlace } from './places';

const lists = [
  { split: 'train', file: 'trainSet.txt', role: 'train' },
  { split: 'val', file: 'valSet.txt', role: 'validation' },
  { split: 'test', file: 'testSet.txt', role: 'test' },
] as const satisfies readonly { split: string; file: string; role: FoldRole }[];

/**
 * AVE, audio-visual events (Tian et al. 2018): videos of 10 s, `AVE/ID.mp4`, and lists of the three splits
 * with lines `Church bell&ID&good&0&10`. A video with two events has two lines, one per event.
 */
export const ave: Layout = {
  name: 'ave',
  title: 'AVE',
  published: {
    classes: 28,
    clips: { train: 3339, val: 402, test: 402 },
    source: 'Tian et al., ECCV 2018: 4143 videos in 28 classes',
  },
  expected: 'AVE/*.mp4, trainSet.txt, valSet.txt and testSet.txt',
  multiLabel: false,
  whole: true,

  lacks(folder) {
    return lists.map(({ file }) => file).find((file) => firstPlace(folder, [file]) === null) ?? null;
  },

  async read(folder) {
    const files = new FileKeys(findMedia(folder, videoExtensions), ({ stem }) => stem);
    const clips = lists
      .flatMap(({ split, file, role }) => readList(firstPlace(folder, [file])!, split, role))
      .map(({ id, listed }) => ({ listed, path: files.take(id) }));
    const classes = [...new Set(clips.map(({ listed: { label } }) => label!))].sort();
    return { clips, classes, folds: ['default'], unlisted: files.left };
  },
};

function readList(path: string, split: string, role: FoldRole): { id: string; listed: ListedClip }[] {
  return readLines(path).map(({ text, line }) => {
    const [label, id, ...rest] = text.split('&').map((cell) => cell.trim());
    if (!label || !id || rest.length < 3) {
      throw new UserError(
        `Line ${line} of ${path} names no video ("${text}"): take the list as it was published, class&ID&quality&start&end.`,
      );
    }
    return {
      id,
      listed: { name: `${id}, ${label}, ${rest.slice(1).join(' to ')} s`, label, split, roles: [role] },
    };
  });
}
