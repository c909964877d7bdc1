import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Tracks } from '../../media';
import { fileError } from '../../files/fileError';
import { makeFolder } from '../../files/folder';
import { traitsSchema, type FileTraits } from './traits';

/** Result of opening a file. */
export interface OpenedFile {
  readonly path: string;
  readonly seconds: number | null;
  readonly video: boolean;
  readonly audio: boolean;
  /** Reason why it cannot be used; null: it can. */
  readonly reason: string | null;
  /** Its traits; null: it cannot be used. */
  readonly traits: FileTraits | null;
}

const line = z.strictObject({
  path: z.string(),
  bytes: z.number(),
  modified: z.number(),
  decoded: z.boolean(),
  seconds: z.number().nullable(),
  video: z.boolean(),
  audio: z.boolean(),
  reason: z.string().nullable(),
  traits: traitsSchema.nullable(),
  tracks: z.string(),
});

/**
 * A log with one line per opened file, so that an interrupted check can continue. A line is valid as long as
 * the size and date of its file are unchanged; an incomplete line left by a kill is skipped.
 */
export class OpenedLog {
  private readonly known = new Map<string, z.infer<typeof line>>();
  private readonly tracks: string;
  private waiting: string[] = [];
  private lastWriteMs = performance.now();

  /**
   * @param path null: nothing is stored
   * @param decoded true if files are decoded completely; results from headers alone are then ignored
   * @param tracks tracks to use; results for others are ignored
   */
  constructor(
    private readonly path: string | null,
    private readonly decoded: boolean,
    tracks: Tracks = {},
  ) {
    this.tracks = tracksText(tracks);
    if (path === null || !existsSync(path)) return;
    for (const text of readFileSync(path, 'utf8').split('\n')) {
      const entry = line.safeParse(parse(text));
      const fits = entry.success && entry.data.decoded === decoded && entry.data.tracks === this.tracks;
      if (fits) this.known.set(entry.data.path, entry.data);
    }
    // An incomplete line must not swallow the next one.
    this.waiting.push('');
  }

  get(path: string): OpenedFile | null {
    const entry = this.known.get(path);
    if (!entry) return null;
    const { bytes, modified } = stateOf(path);
    if (bytes !== entry.bytes || modified !== entry.modified) return null;
    const { seconds, video, audio, reason, traits } = entry;
    return { path, seconds, video, audio, reason, traits };
  }

  add(file: OpenedFile): void {
    if (this.path === null) return;
    this.waiting.push(
      JSON.stringify({ ...file, ...stateOf(file.path), decoded: this.decoded, tracks: this.tracks }),
    );
    if (performance.now() - this.lastWriteMs >= writeEveryMs) this.close();
  }

  /** Writes pending lines; more may follow afterwards. */
  close(): void {
    if (this.path === null || this.waiting.length === 0) return;
    try {
      makeFolder(dirname(this.path));
      appendFileSync(this.path, `${this.waiting.join('\n')}\n`);
    } catch (error) {
      throw fileError(error, this.path, 'write');
    }
    this.waiting = [];
    this.lastWriteMs = performance.now();
  }
}

const writeEveryMs = 500;

function tracksText({ video = 0, audio = 0 }: Tracks): string {
  return `${video} ${audio}`;
}

function stateOf(path: string): { bytes: number; modified: number } {
  const file = statSync(path, { throwIfNoEntry: false });
  return { bytes: file?.size ?? -1, modified: file?.mtimeMs ?? -1 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
