import type { KnownFile } from './windowReader';

/**
 * Recently decoded files. Several clips of a file are requested in succession, and the main thread's cache
 * may be full. It holds two files, as many as a thread works on at once.
 */
export class RecentFiles {
  private files: { readonly key: string; readonly known: KnownFile }[] = [];

  get(key: string): KnownFile | undefined {
    return this.files.find((file) => file.key === key)?.known;
  }

  put(key: string, known: KnownFile): void {
    if (known.stored && !this.get(key)) this.files = [{ key, known }, ...this.files].slice(0, 2);
  }
}
