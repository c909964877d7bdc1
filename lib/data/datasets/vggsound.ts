import { UserError } from '../../errors';
import { readLines } from '../lists/textFile';
import { asCut, CutFiles } from './cutFiles';
import type { FoldRole, Layout, ListedClip } from './layout';
import { firstPlace } from './places';

/**
 * A line of the list: YouTube's 11-character id, the start [s], the label with or without quotes, and the
 * split.
 */
const listedLine = /^(.{11}),\s*(\d+(?:\.\d+)?)\s*,\s*(.+?)\s*,\s*(train|test)$/;
const clipSeconds = 10;

/**
 * VGGSound (Chen et al. 2020): `vggsound.csv` without a header, `ID,30,"bird chirping, tweeting",train`, and
 * files anywhere below, such as `ID_000030.mp4` ({@link CutFiles}).
 */
export const vggsound: Layout = {
  name: 'vggsound',
  title: 'VGGSound',
  published: {
    classes: 309,
    clips: { train: 183_730, test: 15_446 },
    approximate: true,
    source:
      'Chen et al., ICASSP 2020 (arXiv 2004.14368): more than 200000 videos; the published list names about 199000',
  },
  expected: 'vggsound.csv, and clips named ID_000030.mp4 by YouTube id and start',
  multiLabel: false,
  whole: false,

  lacks(folder) {
    return listIn(folder) === null ? 'vggsound.csv' : null;
  },

  async read(folder) {
    const path = listIn(folder)!;
    const files = new CutFiles(folder);
    const listed = readLines(path).map(({ text, line }) => parse(path, text, line));
    const clips = await asCut(listed.map(({ id, clip }) => files.find(id, clip)));
    const classes = [...new Set(clips.map(({ listed: { label } }) => label!))].sort();
    return { clips, classes, folds: ['default'], unlisted: files.left };
  },
};

function listIn(folder: string): string | null {
  return firstPlace(folder, ['vggsound.csv', 'data/vggsound.csv', 'metadata/vggsound.csv']);
}

function parse(path: string, text: string, line: number): { id: string; clip: ListedClip } {
  const found = listedLine.exec(text);
  if (found === null) {
    throw new UserError(
      `Line ${line} of ${path} names no clip ("${text}"): take the list as it was published, ID,start,label,split.`,
    );
  }
  const [id, start, quoted, split] = found.slice(1);
  const label = /^".*"$/.test(quoted) ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
  const startSeconds = Number(start);
  const clip: ListedClip = {
    name: `${id} from ${start} s`,
    label,
    split,
    roles: [split as FoldRole],
    startSeconds,
    endSeconds: startSeconds + clipSeconds,
  };
  return { id, clip };
}
