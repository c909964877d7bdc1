import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { MediaEntry } from '../../data';
import { UserError } from '../../errors';
import {
  DamagedFile,
  fileError,
  makeFolder,
  readJson,
  removeAbandonedFiles,
  writeFileAtomic,
} from '../../files';
import { chunkEnding, openChunk, readChunk, writeChunk, type Chunk, type StoredFile } from './chunk';
import { differenceOf, featureSetKeySchema, hashOfKey, type FeatureSetKey } from './featureSet';
import { isUnchanged } from './fileFingerprint';

/** Location of a file's features. */
export interface FeaturePlace {
  readonly chunk: Chunk;
  /** Index of the file within the chunk. */
  readonly position: number;
}

const keyFile = 'set.json';

/**
 * Features of one tower and one choice of clips. They have their own folder in the store, with `set.json`, which
 * describes them, and chunks. Whatever is there is complete, even if a process that wrote it was killed.
 */
export class FeatureSetFolder {
  private readonly places = new Map<string, FeaturePlace[]>();

  private constructor(
    readonly path: string,
    private readonly hash: string,
    private readonly report: (sentence: string) => void,
  ) {}

  /**
   * Opens the folder of a feature set, and creates it if necessary.
   *
   * @param store folder that contains the feature sets, each in its own folder; or the folder of one set
   * @throws UserError if the folder can't be written, or belongs to another set
   */
  static open(store: string, key: FeatureSetKey, report: (sentence: string) => void): FeatureSetFolder {
    const hash = hashOfKey(key);
    const path = existsSync(join(store, keyFile)) ? store : join(store, nameOf(key, hash));
    makeFolder(path);
    try {
      removeAbandonedFiles(path);
    } catch (error) {
      throw fileError(error, path, 'write');
    }
    const file = join(path, keyFile);
    if (existsSync(file)) requireSame(path, readKey(file), key);
    else writeFileAtomic(file, `${JSON.stringify(key, null, 2)}\n`);
    const set = new FeatureSetFolder(path, hash, report);
    for (const name of readdirSync(path).sort())
      if (name.endsWith(chunkEnding)) set.openChunk(join(path, name));
    return set;
  }

  /**
   * Location of a file's features; null if there are none for its present content.
   *
   * @param source the file
   * @param name its path relative to the data set's folder
   */
  async find(source: Pick<MediaEntry, 'path' | 'stored'>, name: string): Promise<FeaturePlace | null> {
    for (const place of this.places.get(name) ?? []) {
      if (await isUnchanged(source, place.chunk.files[place.position].fingerprint)) return place;
    }
    return null;
  }

  /** Adds the features of some files. */
  add(files: readonly StoredFile[], features: Float32Array, columns: number): void {
    this.list(writeChunk(this.path, this.hash, files, features, columns));
  }

  /** Values of a chunk. Null if they are damaged; the chunk is then ignored from here on. */
  read(chunk: Chunk): Float32Array | null {
    try {
      return readChunk(chunk);
    } catch (error) {
      this.putAside(chunk.path, error);
      for (const [name, places] of this.places) {
        this.places.set(
          name,
          places.filter((place) => place.chunk !== chunk),
        );
      }
      return null;
    }
  }

  private openChunk(path: string): void {
    try {
      this.list(openChunk(path, this.hash));
    } catch (error) {
      this.putAside(path, error);
    }
  }

  private list(chunk: Chunk): void {
    chunk.files.forEach(({ name }, position) => {
      this.places.set(name, [{ chunk, position }, ...(this.places.get(name) ?? [])]);
    });
  }

  private putAside(path: string, error: unknown): void {
    if (!(error instanceof DamagedFile)) throw error;
    renameSync(path, `${path}.damaged`);
    this.report(`The features in "${path}" are damaged (${error.reason}); they are computed again.`);
  }
}

/** Readable, for people who look into the store. */
function nameOf({ modality, tower, clips }: FeatureSetKey, hash: string): string {
  return [modality, tower, String(clips.kind), hash.slice(0, 16)].join('-');
}

function readKey(path: string): FeatureSetKey {
  const sentence = () => `"${path}" does not say what features lie beside it; remove its folder.`;
  return readJson(path, featureSetKeySchema, sentence);
}

function requireSame(path: string, there: FeatureSetKey, asked: FeatureSetKey): void {
  const difference = differenceOf(there, asked);
  if (difference === null) return;
  throw new UserError(
    `The features in "${path}" are ${difference}; leave out --features, or give the folder in which that one lies: they are then computed again.`,
  );
}
