import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { probe } from '../../media';
import { stretch } from '../indexFile';
import { findMedia } from '../mediaFiles';
import { audioExtensions, videoExtensions } from '../mediaNames';
import { columnOf, readTable } from '../table';
import { firstLine } from '../textFile';
import type { FoldRole, Layout, LayoutContent, ListedClip } from './layout';
import { FileKeys, namesIn } from './places';

const indices = 'class_labels_indices.csv';
const listFolders = ['.', 'csv', 'metadata', 'segments', 'annotations'];

/**
 * AudioSet (Gemmeke et al. 2017) and what is listed in its way: tables `*_segments.csv` of lines
 * `YTID, start_seconds, end_seconds, "label,label"` with comments after `#`, and files anywhere below, named by the id or
 * by id and start, also with a leading Y. If `class_labels_indices.csv` is there it numbers and names the labels. Tables
 * named `eval...`, `test...` are tested on, the others trained on.
 */
export const audioset: Layout = {
  name: 'audioset',
  expected: 'balanced_train_segments.csv, eval_segments.csv, if there is one class_labels_indices.csv, and files named by YouTube ids',
  multiLabel: true,
  modalities: null,
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
    const files = new FileKeys(findMedia(folder, [...videoExtensions, ...audioExtensions]), ({ stem }) => stem);
    const found = listed.map((row) => find(row, files));
    const classes = vocabulary
      ? [...vocabulary.values()]
      : [...new Set(listed.flatMap(({ clip }) => clip.labels!))].sort();
    return { clips: await asCut(found), classes, folds: ['default'], unlisted: files.left };
  },
};

interface SegmentRow {
  readonly id: string;
  readonly clip: ListedClip;
}

interface FoundSegment {
  readonly listed: ListedClip;
  readonly path: string | null;
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

function find({ id, clip }: SegmentRow, files: FileKeys): FoundSegment {
  const { startSeconds = 0, endSeconds = 0 } = clip;
  const milliseconds = `${Math.round(1000 * startSeconds)}`;
  const starts = [`${startSeconds}`, startSeconds.toFixed(3), milliseconds, `${Math.round(startSeconds)}`.padStart(6, '0')];
  const cut = starts.flatMap((start, i) => {
    const ends = [`${endSeconds}`, endSeconds.toFixed(3), `${Math.round(1000 * endSeconds)}`];
    const end = ends[i] ?? `${Math.round(endSeconds)}`.padStart(6, '0');
    return [`${id}_${start}`, `${id}_${start}_${end}`, `Y${id}_${start}`, `Y${id}_${start}_${end}`];
  });
  const path = files.take(...cut);
  if (path !== null) return { listed: clip, path, isCut: true };
  return { listed: clip, path: files.take(id, `Y${id}`), isCut: false };
}

/**
 * Files named by the id alone are whole videos in some copies of the set and clips cut out of them in others: a few
 * tell which, by whether they are long enough to hold what the table says.
 */
async function asCut(found: readonly FoundSegment[]): Promise<LayoutContent['clips']> {
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
  return found.map(({ listed, path, isCut }) => {
    if (!isCut && !areClips) return { listed, path };
    const { name, label, labels, split, roles } = listed;
    return { listed: { name, label, labels, split, roles }, path };
  });
}

/** Whether a file that is the clip itself would be too short to hold the stretch in the table. */
function isLate({ startSeconds = 0, endSeconds = 0 }: ListedClip): boolean {
  return startSeconds >= endSeconds - startSeconds;
}

const mostProbed = 9;
const leastHeldSeconds = 0.5;
