import type { KnownFile, DecodedFile } from './windowReader';

/**
 * Knowledge about files, and as many decoded files as the limit allows. Once full, it keeps its content:
 * clips are visited in rounds, so evicting the oldest file would lose each file just before it is needed.
 */
export class ClipCache {
  private readonly files = new Map<string, KnownFile>();
  private stored = 0;

  constructor(private readonly limitBytes: number) {}

  /** Memory held by decoded files [bytes]. */
  get bytes(): number {
    return this.stored;
  }

  get(key: string): KnownFile {
    return this.files.get(key) ?? unknownFile;
  }

  put(key: string, known: KnownFile): void {
    if (this.files.get(key)?.stored) return;
    const bytes = known.stored ? sizeOf(known.stored) : 0;
    if (this.stored + bytes > this.limitBytes) return;
    this.stored += bytes;
    this.files.set(key, known);
  }
}

export const unknownFile: KnownFile = { stored: null, longSeconds: null };

function sizeOf(file: DecodedFile): number {
  return file.frames.byteLength + file.waveform.byteLength;
}
