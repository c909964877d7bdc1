import { join } from 'node:path';
import { UserError } from '../../errors';
import { comparable, findMedia, type MediaFile } from '../lists/mediaFiles';
import { videoExtensions } from '../lists/mediaNames';
import { columnOf, findColumn, readTable } from '../lists/table';
import { kineticsSoundClasses } from './kineticsSoundClasses';
import type { FoldRole, Layout, LayoutContent, ListedClip, PublishedCounts } from './layout';
import { FileKeys, namesIn } from './places';

const splits = ['train', 'val', 'test'] as const;
type Split = (typeof splits)[number];

const ownFolders = ['kinetics400', 'kinetics600', 'kinetics700', 'kinetics700_2020', 'annotations', 'labels'];
const listFolders = ['.', ...ownFolders, ...ownFolders.map((folder) => `${folder}/annotations`)];
const listName =
  /^(?:kinetics[-_]?(?:[467]00(?:[-_]2020)?|sound)?_|k[467]00_)?(train|val|validate|validation|test)\.csv$/i;
/** Folders of clips: `train`, `val_256`, `train_part_0`, ... */
const clipFolder = /^(train|val|validate|validation|test)(?:[-_ ].*)?$/i;
/** YouTube's 11-character id, and the start and end of the clip in the video [s]. */
const cutName = /^(.{11})_(\d{6})_(\d{6})$/;

/**
 * Kinetics-400 (Kay et al. 2017): lists `label,youtube_id,time_start,time_end,split`, and clips named
 * `ID_000010_000020.mp4` or `ID.mp4`, in folders of classes, of splits, of both, or in a single folder.
 * Without lists, the folders give the splits and classes. The validation split is used for testing, as
 * everywhere in the literature.
 */
export const kinetics400 = kineticsLayout('kinetics400', 'Kinetics-400', null, {
  classes: 400,
  clips: { train: 246_534, val: 19_906, test: 38_685 },
  source:
    'Kay et al., arXiv 1705.06950 (2017); the published lists (of their videos some 240000 can still be had)',
});

/**
 * Kinetics-600 (Carreira et al. 2018) and Kinetics-700 (2019, and its 2020 edition), published in the same
 * form.
 */
export const kinetics600 = kineticsLayout('kinetics600', 'Kinetics-600', null, {
  classes: 600,
  clips: { train: 392_622, val: 30_001, test: 60_000 },
  alternatives: { train: [370_582, 427_549], val: [28_313, 29_793], test: [56_618, 72_924] },
  approximate: true,
  source: 'Carreira et al., arXiv 1808.01340 (2018); lists that were published again name fewer clips',
});
export const kinetics700 = kineticsLayout('kinetics700', 'Kinetics-700', null, {
  classes: 700,
  clips: { train: 545_317, val: 35_000, test: 70_000 },
  alternatives: { test: [64_532, 64_260] },
  approximate: true,
  source:
    'Carreira et al., arXiv 1907.06987 (2019), 650317 clips; the edition of 2020 (arXiv 2010.10864) names about as many',
});

/** Kinetics-Sound: the classes of Kinetics-400 that are both seen and heard; all others are excluded. */
export const kineticsSound = kineticsLayout('kinetics-sound', 'Kinetics-Sound', kineticsSoundClasses, {
  classes: 32,
  clips: { train: 22_700, val: 1600 },
  approximate: true,
  source: 'the XKD paper: about 22.7 k clips for training and 1.6 k for validation',
});

function kineticsLayout(
  name: string,
  title: string,
  subset: readonly string[] | null,
  published: PublishedCounts,
): Layout {
  const wanted = subset && new Set(subset.map(comparable));
  const isWanted = (label: string | null): boolean =>
    !wanted || (label !== null && wanted.has(comparable(label)));
  return {
    name,
    title,
    published,
    expected:
      'clips ID_000010_000020.mp4 or ID.mp4 in folders train, val, test or of classes, and train.csv, val.csv (also in annotations)',
    multiLabel: false,
    whole: false,

    lacks(folder) {
      const folders = namesIn(folder).filter((entry) => clipFolder.test(entry));
      if (listsIn(folder).length > 0 || folders.length > 1) return null;
      return 'train.csv with val.csv, or folders train and val';
    },

    async read(folder) {
      const files = findMedia(folder, videoExtensions);
      const lists = listsIn(folder);
      const content = lists.length > 0 ? readLists(lists, files) : readFolders(files);
      const clips = content.clips.filter(({ listed }) => isWanted(listed.label));
      const classes = [...new Set(clips.flatMap(({ listed }) => listed.label ?? []))].sort();
      return { ...content, clips, classes, unlisted: wanted ? [] : content.unlisted };
    },
  };
}

function listsIn(folder: string): { path: string; split: Split }[] {
  for (const place of listFolders) {
    const path = join(folder, place);
    const names = namesIn(path).filter((entry) => listName.test(entry));
    if (names.length > 0) {
      return names.map((entry) => ({ path: join(path, entry), split: splitOf(listName.exec(entry)![1]) }));
    }
  }
  return [];
}

type Found = Omit<LayoutContent, 'classes'>;

function readLists(lists: readonly { path: string; split: Split }[], files: readonly MediaFile[]): Found {
  const cut = new FileKeys(files, ({ stem }) => stem);
  const ordered = [...lists].sort((a, b) => splits.indexOf(a.split) - splits.indexOf(b.split));
  const listed = ordered.flatMap(({ path, split }) => readList(path, split));
  const hasVal = listed.some(({ split }) => split === 'val');
  const clips = listed.map(({ id, from, to, label, split }) => {
    const name = `${id}_${pad(from)}_${pad(to)}`;
    return { listed: clipOf(`${split}/${name}.mp4`, label, split, hasVal), path: cut.take(name, id) };
  });
  return { clips, folds: ['default'], unlisted: cut.left };
}

interface Row {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly label: string | null;
  readonly split: Split;
}

function readList(path: string, split: Split): Row[] {
  const table = readTable(path);
  const [id, from, to] = [
    columnOf(table, 'youtube_id', 'YouTube ids'),
    columnOf(table, 'time_start', 'starts [s]'),
    columnOf(table, 'time_end', 'ends [s]'),
  ];
  // The test list was first published without labels.
  const label = split === 'test' ? findColumn(table, 'label') : columnOf(table, 'label', 'classes');
  return table.rows.map((row, i) => {
    const [start, end] = [Number(row[from]), Number(row[to])];
    if (row[id] === '' || !(end > start)) {
      throw new UserError(
        `Row ${table.firstRow + i} of ${path} names no clip ("${row.join(',')}"): take the list as it was published.`,
      );
    }
    return { id: row[id], from: start, to: end, label: label < 0 ? null : className(row[label]), split };
  });
}

/**
 * Without lists: one of the folders above each clip is that of its split, and the folder that contains it is
 * that of its class.
 */
function readFolders(files: readonly MediaFile[]): Found {
  const placed = files.flatMap(({ path, folders, stem }) => {
    const at = folders.findIndex((folder) => clipFolder.test(folder));
    if (at < 0) return [];
    const split = splitOf(clipFolder.exec(folders[at])![1]);
    const label = folders.length > at + 1 ? className(folders.at(-1)!) : null;
    if (label === null && split !== 'test') {
      throw new UserError(
        `${path} lies in no folder of a class, and there is no ${split}.csv to tell its class: put train.csv and val.csv beside the folders of clips.`,
      );
    }
    return [{ path, label, split, stem: cutName.exec(stem)?.[0] ?? stem }];
  });
  const hasVal = placed.some(({ split }) => split === 'val');
  const clips = placed.map(({ path, label, split, stem }) => ({
    listed: clipOf(`${split}/${stem}.mp4`, label, split, hasVal),
    path,
  }));
  return { clips, folds: ['default'], unlisted: [] };
}

function clipOf(name: string, label: string | null, split: Split, hasVal: boolean): ListedClip {
  const tested = hasVal ? 'val' : 'test';
  const role: FoldRole =
    label === null ? null : split === 'train' ? 'train' : split === tested ? 'test' : null;
  return { name, label, split, roles: [role] };
}

function splitOf(name: string): Split {
  const lower = name.toLowerCase();
  return lower.startsWith('val') ? 'val' : (lower as Split);
}

/** Folder names often have underscores where the lists have spaces. */
function className(name: string): string | null {
  return name.replaceAll('_', ' ').trim().normalize('NFC') || null;
}

function pad(seconds: number): string {
  return String(seconds).padStart(6, '0');
}
