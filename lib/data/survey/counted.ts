import type { ListedClip } from '../datasets/layout';
import type { PublishedCounts } from '../datasets/layout';
import type { SurveyClass, SurveyPart } from './survey';

/** A clip and whether its file exists. */
export interface CountedClip {
  readonly listed: ListedClip;
  readonly isPresent: boolean;
}

export interface Counts {
  readonly parts: SurveyPart[];
  readonly classes: SurveyClass[];
}

/** Counts clips by side of a fold (by split if there is only one fold) and by class. */
export function countClips(
  clips: readonly CountedClip[],
  folds: readonly string[],
  classes: readonly string[],
  published: PublishedCounts | null,
): Counts {
  const partsOf = (clip: ListedClip): string[] =>
    folds.length > 1
      ? folds.flatMap((fold, f) => (clip.roles[f] ? [`${fold} ${clip.roles[f]}`] : []))
      : [clip.split ?? 'all'];
  const parts = new Map<string, { listed: number; present: number }>();
  for (const name of Object.keys(published?.clips ?? {})) parts.set(name, { listed: 0, present: 0 });
  const byClass = new Map(classes.map((name) => [name, emptyClass()]));
  for (const { listed, isPresent } of clips) {
    const own = partsOf(listed);
    for (const name of own) {
      const part = parts.get(name) ?? { listed: 0, present: 0 };
      parts.set(name, add(part, isPresent));
    }
    for (const name of listed.labels ?? (listed.label === null ? [] : [listed.label])) {
      const of = byClass.get(name) ?? emptyClass();
      byClass.set(name, of);
      of.listed++;
      if (!isPresent) continue;
      of.present++;
      for (const part of own) of.parts.set(part, (of.parts.get(part) ?? 0) + 1);
    }
  }
  const names = [...parts.keys()];
  return {
    parts: names.map((name) => ({ name, ...parts.get(name)!, published: published?.clips[name] ?? null })),
    classes: [...byClass].map(([name, of]) => ({
      name,
      listed: of.listed,
      present: of.present,
      parts: names.map((part) => of.parts.get(part) ?? 0),
    })),
  };
}

function add(part: { listed: number; present: number }, isPresent: boolean) {
  return { listed: part.listed + 1, present: part.present + (isPresent ? 1 : 0) };
}

function emptyClass() {
  return { listed: 0, present: 0, parts: new Map<string, number>() };
}
