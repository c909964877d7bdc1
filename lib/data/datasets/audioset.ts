import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { stretch } from '../lists/indexFile';
import { columnOf, readTable } from '../lists/table';
import { firstLine } from '../lists/textFile';
import { asCut, CutFiles } from './cutFiles';
import type { FoldRole, Layout, ListedClip } from './layout';
import { namesIn } from './places';

const indices = 'class_labels_indices.csv';
const listFolders = ['.', 'csv', 'metadata', 'segments', 'annotations'];

/**
 * AudioSet (Gemmeke et al. 2017) and sets with the same kind of lists: tables `*_segments.csv` with lines
 * `YTID, start_seconds, end_seconds, "label,label"` and comments after `#`, and files anywhere below
 * ({@link CutFiles}). If `class_labels_indices.csv` exists, it numbers and names the labels. Tables named
 * `eval...` or `test...` are for testing, the others for training.
 */
export const audioset: Layout = {
  name: 'audioset',
  title: 'AudioSet',
  published: {
    classes: 527,
    clips: { train: 2_063_949, test: 20_371 },
    alternatives: { train: [22_160, 2_041_789] },
    source:
      'Gemmeke et al., ICASSP 2017; the heads of the tables: 22160 and 2041789 training segments, 20371 for evaluation',
  },
  expected:
    'balanced_train_segments.csv, eval_segments.csv, if there is one class_labels_indices.csv, and files named by YouTube ids',
  multiLabel: true,
  whole: false,

  lacks(folder) {
    return listsIn(folder) ? null : '*_segments.csv';
  },

  async read(folder) {
    const { path: lists, names } = listsIn(folder)!;
    const numbers = [join(lists, indices), join(folder, indices)].find((path) => existsSync(path)) ?? null;
    const vocabulary = numbers === null ? null : readVocabulary(numbers);
    const listed = names.flatMap((name) => readSegments(join(lists, name), vocabulary));
    const files = new CutFiles(folder);
    const found = listed.map(({ id, clip }) => files.find(id, clip));
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

function listsIn(folder: string): { path: string; names: string[] } | null {
  for (const place of listFolders) {
    const path = join(folder, place);
    const names = namesIn(path).filter((name) => /_segments.*\.csv$/i.test(name));
    if (names.length > 0) return { path, names };
  }
  return null;
}

/** Display names by label id, in the order of their numbers. */
function readVocabulary(path: string): Map<string, string> {
  const table = readTable(path);
  const [mid, name] = [columnOf(table, 'mid', 'label ids'), columnOf(table, 'display_name', 'names')];
  return new Map(table.rows.map((row) => [row[mid], row[name]]));
}

function readSegments(path: string, vocabulary: ReadonlyMap<string, string> | null): SegmentRow[] {
  const columns = ['YTID', 'start_seconds', 'end_seconds', 'positive_labels'];
  const table = readTable(path, { columns, comment: '#', delimiter: delimiterOf(path) });
  const isTested = /^(eval|test|val)/i.test(path.split(/[\\/]/).at(-1)!);
  const [split, role]: [string, FoldRole] = isTested ? ['test', 'test'] : ['train', 'train'];
  return table.rows.map(([id, start, end, names], i) => {
    const place = `row ${table.firstRow + i}`;
    const labels = names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
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

/** The published tables have a space after each comma; quotes count only at the start of a cell. */
function delimiterOf(path: string): string {
  return /^#|, /.test(firstLine(path)) ? ', ' : ',';
}
