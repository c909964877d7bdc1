import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../errors';
import { DamagedFile, fileError } from './fileError';

/** A file open for reading at any offset. Every error names the file. */
export class RandomAccessFile {
  private constructor(
    readonly path: string,
    readonly descriptor: number,
    readonly byteLength: number,
  ) {}

  /** @throws UserError if the file does not exist, may not be read, or is a folder, a pipe or a device */
  static open(path: string): RandomAccessFile {
    // Without O_NONBLOCK, opening a pipe would block until somebody writes to it.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const descriptor = attempt(path, () => openSync(path, flags));
    try {
      const stat = attempt(path, () => fstatSync(descriptor));
      if (stat.isDirectory()) throw fileError({ code: 'EISDIR' }, path, 'read');
      if (!stat.isFile()) {
        throw new UserError(
          `"${path}" is a pipe or a device, which can be read from its start alone; save it as a file first.`,
        );
      }
      return new RandomAccessFile(path, descriptor, stat.size);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Reads `length` bytes from `offset`; both must lie within the file. */
  read(offset: number, length: number): ArrayBuffer {
    if (offset + length > this.byteLength) {
      throw this.shorter(`it ends before byte ${offset + length}`);
    }
    const buffer = new ArrayBuffer(length);
    const bytes = new Uint8Array(buffer);
    for (let at = 0; at < length;) {
      // One system call reads less than 2 GB.
      const block = Math.min(length - at, 2 ** 30);
      const count = attempt(this.path, () => readSync(this.descriptor, bytes, at, block, offset + at));
      if (count === 0) throw this.shorter('it became shorter while it was read');
      at += count;
    }
    return buffer;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private shorter(what: string): DamagedFile {
    return new DamagedFile(`"${this.path}" is damaged: ${what}. Copy it again or use another one.`, what);
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}
