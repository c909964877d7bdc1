import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../errors';
import { machineLimit } from '../machineLimit';

/** A file whose content is not what it was when it was written. */
export class DamagedFile extends UserError {
  /** @param reason what is wrong with it, as the end of a sentence */
  constructor(
    message: string,
    readonly reason: string,
  ) {
    super(message);
  }
}

/**
 * What the system says about a file, as a sentence with the way out. Errors that the user can't mend come
 * back as they are.
 *
 * @param doing what was tried, such as `read` or `write`
 */
export function fileError(error: unknown, path: string, doing: 'read' | 'write'): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const folder = dirname(path);
  const limit = machineLimit(error);
  if (limit !== null) return limit;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new UserError(
        `There is no disk space left to write "${path}"; free some or choose another folder. What was there before is unharmed.`,
      );
    case 'EACCES':
    case 'EPERM':
      return new UserError(
        `There is no permission to ${doing} "${path}"; change its rights or choose another path.`,
      );
    case 'EROFS':
      return new UserError(
        `"${folder}" is on a read-only file system; choose a folder that can be written to.`,
      );
    case 'ENOENT':
      return new UserError(
        doing === 'read'
          ? `There is no file "${path}"; check the path.`
          : `There is no folder "${folder}" to write "${path}" to; make it or choose another.`,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new UserError(
        `"${fileOnTheWay(path)}" is a file where a folder is needed; remove it or name another folder.`,
      );
    case 'ELOOP':
      return new UserError(`"${path}" is a link that leads back to itself; check the path.`);
    case 'EISDIR':
      return new UserError(`"${path}" is a folder where a file is needed; name a file.`);
    case 'ENAMETOOLONG':
      return new UserError(`The name "${path}" is too long for this file system; choose a shorter one.`);
    case 'EFBIG':
      return new UserError(`"${path}" would exceed the largest file this file system or user may write.`);
    case 'EBUSY':
    case 'ETXTBSY':
      return new UserError(`"${path}" is in use by another program; end that, or choose another path.`);
    case 'EIO':
    case 'ENXIO':
    case 'ESTALE':
    case 'ENOTCONN':
    case 'EHOSTDOWN':
      return new UserError(
        `The disk of "${path}", or the connection to it, fails (${code}); check it, or choose another place.`,
      );
    default:
      return error;
  }
}

/** The file that a path leads through as if it were a folder, or to. */
function fileOnTheWay(path: string): string {
  for (let above = path; dirname(above) !== above; above = dirname(above)) {
    try {
      if (!statSync(above).isDirectory()) return above;
    } catch {
      // It leads through it.
    }
  }
  return path;
}

/**
 * The sentence for an error of the system that nobody has put into words on its way: of a disk that is full, read-only or
 * broken, or rights. A missing file is none of these; where nobody expected it, it may be a defect.
 */
export function diskTrouble(error: unknown): UserError | null {
  const { code = '', path, syscall = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (path === undefined || !troubles.has(code)) return null;
  const doing = /^(open|read|scandir|stat|lstat|access)/.test(syscall) ? 'read' : 'write';
  const told = fileError(error, path, doing);
  return told instanceof UserError ? told : null;
}

const troubles = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ESTALE', 'ENAMETOOLONG']);
