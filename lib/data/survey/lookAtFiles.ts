import { BadMedia, lacksStream } from '../../media';
import type { FoundClip } from '../datasets/layout';
import { shortPath } from '../lists/mediaFiles';
import { stretchOf } from '../loader/stretch';
import type { BadFile, Dataset } from '../types';
import { digestsOf } from './duplicates';
import { openExtractedFiles } from './extractedFiles';
import type { SeenClip } from './notices';
import { openFiles, type OpenFilesArgs } from './openFiles';
import type { OpenedFiles } from './survey';
import type { FileTraits } from './traits';

/** Clips of a data set, and the set itself if it is an extracted one. */
export interface FoundClips {
  readonly folder: string;
  readonly clips: readonly FoundClip[];
  readonly extracted: Dataset | null;
}

export interface LookedAt {
  /** Null if nothing was opened. */
  readonly opened: OpenedFiles | null;
  /** The clips whose files exist. */
  readonly seen: readonly SeenClip[];
}

/**
 * Opens the files of all clips and inspects their content.
 *
 * @returns null if it was stopped by the signal
 */
export async function lookAtFiles(found: FoundClips, args: OpenFilesArgs): Promise<LookedAt | null> {
  if (found.extracted) return lookAtExtracted(found, found.extracted, args);
  const { folder } = found;
  const clips = found.clips.flatMap((clip) => (clip.path === null ? [] : [{ ...clip, path: clip.path }]));
  const sounds = clips.flatMap(({ sound }) => sound ?? []);
  const halves = new Set(clips.flatMap(({ path, sound }) => (sound === undefined ? [] : [path, sound])));
  const paths = [...clips.map(({ path }) => path), ...sounds];
  const all = await openFiles(paths, { ...args, halves });
  const digests = all && (await digestsOf(paths, args.signal));
  if (!all || !digests) return null;
  const { opened, traits } = all;
  const unusable: BadFile[] = [...lackingHalves(clips, traits)];
  const seen = clips.map(({ listed, path, sound }): SeenClip => {
    const { split, startSeconds, endSeconds } = listed;
    const reason = behindEnd({ path, startSeconds, endSeconds }, traits.get(path)?.usableSeconds ?? null);
    if (reason !== null) unusable.push({ path, reason });
    const digest = [path, ...(sound === undefined ? [] : [sound])]
      .map((file) => digests.get(file) ?? file)
      .join(' ');
    return {
      name: shortPath(folder, path),
      split,
      startSeconds,
      endSeconds,
      traits: reason === null ? (traits.get(path) ?? null) : null,
      ...(sound !== undefined && { soundTraits: traits.get(sound) ?? null }),
      digest: digests.has(path) ? digest : null,
    };
  });
  return { opened: { ...opened, broken: [...opened.broken, ...unusable] }, seen };
}

async function lookAtExtracted(
  { folder }: FoundClips,
  dataset: Dataset,
  args: OpenFilesArgs,
): Promise<LookedAt | null> {
  const files = await openExtractedFiles(dataset, args);
  if (!files) return null;
  const seen = dataset.entries.map(({ path, split, startSeconds, endSeconds }, i): SeenClip => {
    const traits = files.traits[i];
    // Only the selected part was stored, so times count from its start.
    const stored = traits && {
      ...traits,
      usableSeconds: traits.usableSeconds === null ? null : (startSeconds ?? 0) + traits.usableSeconds,
    };
    return {
      name: shortPath(folder, path),
      split,
      startSeconds,
      endSeconds,
      traits: stored,
      digest: files.digests[i],
    };
  });
  return { opened: files.opened, seen };
}

/** Files that should provide the pictures or the sound of a clip but have none. */
function lackingHalves(clips: readonly Halves[], traits: ReadonlyMap<string, FileTraits>): BadFile[] {
  const found = new Map<string, string>();
  for (const { path, sound } of clips) {
    if (sound === undefined) continue;
    if (traits.get(path)?.videoTrack === null) found.set(path, lacksStream.video);
    if (traits.get(sound)?.audioTrack === null) found.set(sound, lacksStream.audio);
  }
  return [...found].map(([path, reason]) => ({ path, reason }));
}

type Halves = { readonly path: string; readonly sound?: string };

/** Reason why no clip can be cut from part of a file, in training's words; null: one can. */
function behindEnd(stretch: Parameters<typeof stretchOf>[0], usableSeconds: number | null): string | null {
  try {
    stretchOf(stretch, usableSeconds);
    return null;
  } catch (error) {
    if (error instanceof BadMedia) return error.reason;
    throw error;
  }
}
