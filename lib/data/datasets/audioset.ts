import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { probe } from '../../media';
import { stretch } from '../indexFile';
import { findMedia } from '../mediaFiles';
import { audioExtensions, videoExtensions } from '../mediaNames';
import { columnOf, readTable } from '../table';
import { firstLine } from '../textFile';
import type { FoldRole, FoundClip, Layout, ListedClip } from './layout';
import { FileKeys, namesIn } from './places';

const indices = 'class_labels_indices.csv';
const listFolders = ['.', 'csv', 'metadata', 'segments', 'annotations'];

/**
 * AudioSet (Gemmeke et al. 2017) and what is listed in its way: tables `*_segments.csv` of lines
 * `YTID, start_seconds, end_seconds, "label,label"` with comments after `#`, and files anywhere below, named by the id, by
 * id and start or by id, start and end, in the ways of the usual downloaders: `ID_30.wav`, `ID_30.0-40.0.wav`,
 * `ID_30000_40000.flac`, `ID_000030_000040.mp4`, also with a leading Y. A video and a sound of one name are one clip. If `class_labels_indices.csv` is there it numbers and names the labels. Tables
 * named `eval...`, `test...` are tested on, the others trained on.
 */
export const audioset: Layout = {
  name: 'audioset',
  title: 'AudioSet',
  published: {
    classes: 527,
    clips: { train: 2_063_949, test: 20_371 },
    alternatives: { train: [22_160, 2_041_789] },
    source: 'Gemmeke et al., ICASSP 2017; the heads of the tables: 22160 and 2041789 training segments, 20371 for evaluation',
  },
  expected: 'balanced_train_segments.csv, eval_segments.csv, if there is one class_labels_indices.csv, and files named by YouTube ids',
  multiLabel: true,
  whole: false,

  lacks(folder) {
    return listsIn(folder) ? null : '*_segments.csv';
  },

  async read(folder) {
    const { path: lists, names } = listsIn(folder)!;
    const numbers = [join(lists, indices), join(folder, indices)].find((path) => existsSync(path)) ?? null;
    const vocabulary = numbers === null ? null : await readVocabulary(numbers);
    const tables: SegmentRow[][] = [];
    for (const name of names) tables.push(await readSegments(join(lists, name), vocabulary));
    const listed = tables.flat();
    const files = {
      videos: new FileKeys(findMedia(folder, videoExtensions), ({ stem }) => stem),
      sounds: new FileKeys(findMedia(folder, audioExtensions), ({ stem }) => stem),
    };
    const found = listed.map((row) => find(row, files));
    const classes = vocabulary
      ? [...vocabulary.values()]
      : [...new Set(listed.flatMap(({ clip }) => clip.labels!))].sort();
    return { clips: await asCut(found), classes, folds: ['default'], unlisted: [...files.videos.left, ...files.sounds.left] };
  },
};

interface SegmentRow {
  readonly id: string;
  readonly clip: ListedClip;
}

interface FoundSegment extends FoundClip {
  /** Its name tells where it was cut out, so that it is the clip and not the video around it. */
  readonly isCut: boolean;
}

function listsIn(folder: string): { path: string; names: string[] } | null {
  for (const place of listFolders) {
    const path = join(folder, place);
    const names = namesIn(path).filter((name) => /_segments.*\.csv$/i.test(name));
    if (names.length > 0) return { path, names };
  }
  return null;
}

/** Display names by label id, in the order of their numbers. */
async function readVocabulary(path: string): Promise<Map<string, string>> {
  const table = await readTable(path);
  const [mid, name] = [columnOf(table, 'mid', 'label ids'), columnOf(table, 'display_name', 'names')];
  return new Map(table.rows.map((row) => [row[mid], row[name]]));
}

async function readSegments(path: string, vocabulary: ReadonlyMap<string, string> | null): Promise<SegmentRow[]> {
  const columns = ['YTID', 'start_seconds', 'end_seconds', 'positive_labels'];
  const table = await readTable(path, { columns, comment: '#', delimiter: delimiterOf(path) });
  const isTested = /^(eval|test|val)/i.test(path.split(/[\\/]/).at(-1)!);
  const [split, role]: [string, FoldRole] = isTested ? ['test', 'test'] : ['train', 'train'];
  return table.rows.map(([id, start, end, names], i) => {
    const place = `row ${table.firstRow + i}`;
    const labels = names.split(',').map((name) => name.trim()).filter((name) => name !== '');
    const strange = vocabulary && labels.find((label) => !vocabulary.has(label));
    if (strange) {
      throw new UserError(
        `${path} has in ${place} the label "${strange}", which ${indices} does not list: take both as they were published.`,
      );
    }
    const clip: ListedClip = {
      name: `${id} from ${start} s`,
      label: null,
      labels: vocabulary ? labels.map((label) => vocabulary.get(label)!) : labels,
      split,
      roles: [role],
      ...stretch(table, place, { start, end }),
    };
    return { id, clip };
  });
}

/** The published tables have a space after each comma; quotes only count where a cell begins with them. */
function delimiterOf(path: string): string {
  return /^#/.test(firstLine(path)) || /, /.test(firstLine(path)) ? ', ' : ',';
}

interface SegmentFiles {
  readonly videos: FileKeys;
  readonly sounds: FileKeys;
}

function find({ id, clip }: SegmentRow, files: SegmentFiles): FoundSegment {
  const cut = takeBoth(cutNames(id, clip), files);
  if (cut.path !== null) return { listed: clip, ...cut, isCut: true };
  return { listed: clip, ...takeBoth([id, `Y${id}`], files), isCut: false };
}

/** The video of one of these names and its sound, or whichever is there. */
function takeBoth(names: readonly string[], { videos, sounds }: SegmentFiles): Pick<FoundClip, 'path' | 'sound'> {
  const [video, sound] = [videos.take(...names), sounds.take(...names)];
  if (video === null || sound === null) return { path: video ?? sound };
  return { path: video, sound };
}

/** What downloaders call a clip that they cut out of a video. */
function cutNames(id: string, { startSeconds = 0, endSeconds = 0 }: ListedClip): string[] {
  return timeFormats.flatMap((format) => {
    const [start, end] = [format(startSeconds), format(endSeconds)];
    const names = [`${id}_${start}`, `${id}_${start}_${end}`, `${id}_${start}-${end}`];
    return [...names, ...names.map((name) => `Y${name}`)];
  });
}

/** `1.5` and `30`, `30.0`, `30.000`, in milliseconds, `000030`. */
const timeFormats: readonly ((seconds: number) => string)[] = [
  (seconds) => `${seconds}`,
  (seconds) => (Number.isInteger(seconds) ? seconds.toFixed(1) : `${seconds}`),
  (seconds) => seconds.toFixed(3),
  (seconds) => `${Math.round(1000 * seconds)}`,
  (seconds) => `${Math.round(seconds)}`.padStart(6, '0'),
];

/**
 * Files named by the id alone are whole videos in some copies of the set and clips cut out of them in others: a few
 * tell which, by whether they are long enough to hold what the table says.
 */
async function asCut(found: readonly FoundSegment[]): Promise<FoundClip[]> {
  const doubtful = found.filter(({ path, isCut, listed }) => path !== null && !isCut && isLate(listed));
  let tooShort = 0;
  let longEnough = 0;
  for (const { path, listed } of doubtful.slice(0, mostProbed)) {
    const seconds = await probe(path!).then(
      ({ durationSeconds }) => durationSeconds,
      () => null,
    );
    if (seconds === null) continue;
    if (seconds < listed.startSeconds! + leastHeldSeconds) tooShort++;
    else longEnough++;
  }
  const areClips = tooShort > longEnough;
  return found.map(({ listed, path, sound, isCut }) => {
    if (!isCut && !areClips) return { listed, path, sound };
    const { name, label, labels, split, roles } = listed;
    return { listed: { name, label, labels, split, roles }, path, sound };
  });
}

/** Whether a file that is the clip itself would be too short to hold the stretch in the table. */
function isLate({ startSeconds = 0, endSeconds = 0 }: ListedClip): boolean {
  return startSeconds >= endSeconds - startSeconds;
}

const mostProbed = 9;
const leastHeldSeconds = 0.5;
