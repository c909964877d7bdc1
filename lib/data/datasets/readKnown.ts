import { UserError } from '../../errors';
import { heldModalities } from '../lists/mediaNames';
import type { Dataset, Fold, MediaEntry } from '../types';
import { entryOf, type FoldRole, type Layout, type LayoutContent, type ListedClip } from './layout';
import { layouts, type KnownDataset } from './registry';
import { noClips, requireLayout } from './root';

/** A data set as found on disk, and what its lists name besides. */
export interface FoundDataset {
  readonly dataset: Dataset;
  readonly layout: Layout;
  readonly content: LayoutContent;
  /** Clips whose files are missing. */
  readonly missing: readonly ListedClip[];
}

/**
 * Reads a data set in its published layout.
 *
 * @param root the folder as the user gave it, for messages
 * @param folder its absolute path
 * @throws UserError if it is not the right folder, its lists are invalid, or none of its clips exists
 */
export async function readKnown(name: KnownDataset, root: string, folder: string): Promise<FoundDataset> {
  const layout: Layout = layouts[name];
  requireLayout(layout, root, folder);
  const content = await layout.read(folder);
  if (layout.whole) requireDistinct(layout, root, content);
  const missing = content.clips.filter(({ path }) => path === null).map(({ listed }) => listed);
  const clips = content.clips.filter(({ path }) => path !== null);
  if (clips.length === 0) {
    throw noClips(
      layout,
      root,
      folder,
      missing.length > 0
        ? `none of the ${missing.length} clips of its lists is in it`
        : 'its lists name no clips',
    );
  }
  const entries = clips.map(({ listed: clip, path, sound }) => entryOf(clip, path!, sound));
  return {
    layout,
    content,
    missing,
    dataset: {
      name,
      root: folder,
      entries,
      classes: content.classes,
      multiLabel: layout.multiLabel,
      modalities: heldModalities(entries),
      missing: missing.length,
      leftOut: content.unlisted,
      folds: content.folds.map((fold, f) =>
        foldOf(
          fold,
          clips.map(({ listed: clip }) => clip.roles[f]),
        ),
      ),
    },
  };
}

/** @throws UserError if the lists name a clip twice, which would then count twice */
function requireDistinct({ title }: Layout, root: string, { clips }: LayoutContent): void {
  const names = new Set<string>();
  for (const { listed } of clips) {
    if (names.has(listed.name)) {
      throw new UserError(
        `The lists of ${title} in ${root} name ${listed.name} twice: take them as they were published.`,
      );
    }
    names.add(listed.name);
  }
}

/** @throws UserError if clips are missing from a data set that is published with its files */
export function requireWhole(found: FoundDataset, root: string): void {
  const { dataset, layout, missing, content } = found;
  if (layout.whole && missing.length > 0) {
    const names = missing.slice(0, mostNamed).map(({ name }) => name);
    throw new UserError(
      `${missing.length} of the ${content.clips.length} clips of ${layout.title} ${missing.length === 1 ? 'is' : 'are'} not in ${root} (${names.join(', ')}${missing.length > mostNamed ? ', ...' : ''}): ` +
        `unpack it again ("xkd data check --dataset ${dataset.name}" lists them), or continue with the others with --allow-missing.`,
    );
  }
}

/** Keeps only the entries of some splits, and the folds that still have clips on both sides. */
export function keepEntries(dataset: Dataset, isKept: (entry: MediaEntry) => boolean): Dataset {
  const places = new Map<number, number>();
  const entries = dataset.entries.filter((entry, i) => {
    if (!isKept(entry)) return false;
    places.set(i, places.size);
    return true;
  });
  const move = (positions: readonly number[]): number[] => positions.flatMap((i) => places.get(i) ?? []);
  const folds = dataset.folds
    .map(({ name, train, test, validation }) => ({
      name,
      train: move(train),
      test: move(test),
      ...(validation && { validation: move(validation) }),
    }))
    .filter(({ train, test }) => train.length > 0 && test.length > 0);
  return { ...dataset, entries, folds };
}

function foldOf(name: string, roles: readonly FoldRole[]): Fold {
  const of = (role: FoldRole): number[] => roles.flatMap((own, i) => (own === role ? [i] : []));
  const validation = of('validation');
  return { name, train: of('train'), test: of('test'), ...(validation.length > 0 && { validation }) };
}

const mostNamed = 3;
