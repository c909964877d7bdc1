import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { fileError } from '../../files/fileError';
import { makeFolder } from '../../files/folder';

/** What opening a file told. */
export interface OpenedFile {
  readonly path: string;
  readonly seconds: number | null;
  readonly video: boolean;
  readonly audio: boolean;
  /** Why it cannot be used; null: it can. */
  readonly reason: string | null;
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
});

/**
 * A file of lines, one for each file that was opened, so that a check that was interrupted continues where it was. A
 * line counts as long as size and date of its file are the same; one that a kill tore is passed over.
 */
export class OpenedLog {
  private readonly known = new Map<string, z.infer<typeof line>>();
  private waiting: string[] = [];
  private lastWriteMs = performance.now();

  /**
   * @param path null: nothing is kept
   * @param decoded whether files are decoded whole; what was learnt from heads alone then does not count
   */
  constructor(
    private readonly path: string | null,
    private readonly decoded: boolean,
  ) {
    if (path === null || !existsSync(path)) return;
    for (const text of readFileSync(path, 'utf8').split('\n')) {
      const entry = line.safeParse(parse(text));
      if (entry.success && entry.data.decoded === decoded) this.known.set(entry.data.path, entry.data);
    }
    // A torn line must not swallow the one that is written next.
    this.waiting.push('');
  }

  get(path: string): OpenedFile | null {
    const entry = this.known.get(path);
    if (!entry) return null;
    const { bytes, modified } = stateOf(path);
    if (bytes !== entry.bytes || modified !== entry.modified) return null;
    const { seconds, video, audio, reason } = entry;
    return { path, seconds, video, audio, reason };
  }

  add(file: OpenedFile): void {
    if (this.path === null) return;
    this.waiting.push(JSON.stringify({ ...file, ...stateOf(file.path), decoded: this.decoded }));
    if (performance.now() - this.lastWriteMs >= writeEveryMs) this.close();
  }

  /** Writes what waits; more may come afterwards. */
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
