import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { comparable, type MediaFile } from '../lists/mediaFiles';

/** The first of the given locations below a folder that exists; null if none does. */
export function firstPlace(folder: string, places: readonly string[]): string | null {
  return places.map((place) => join(folder, place)).find((path) => existsSync(path)) ?? null;
}

/** Names in a folder, sorted; empty if it is not a folder or may not be read. */
export function namesIn(folder: string): string[] {
  try {
    return statSync(folder).isDirectory() ? readdirSync(folder).sort() : [];
  } catch {
    return [];
  }
}

/** Files by key; if several have the same key, the first. */
export class FileKeys {
  private readonly files = new Map<string, MediaFile>();
  private readonly used = new Set<MediaFile>();

  constructor(
    private readonly all: readonly MediaFile[],
    keyOf: (file: MediaFile) => string,
  ) {
    for (const file of all) {
      const key = comparable(keyOf(file));
      if (!this.files.has(key)) this.files.set(key, file);
    }
  }

  /** The path of the file with one of these keys, tried in order. */
  take(...keys: readonly string[]): string | null {
    for (const key of keys) {
      const file = this.files.get(comparable(key));
      if (!file) continue;
      this.used.add(file);
      return file.path;
    }
    return null;
  }

  /** Paths of files that were not taken. */
  get left(): string[] {
    return this.all.filter((file) => !this.used.has(file)).map(({ path }) => path);
  }
}
