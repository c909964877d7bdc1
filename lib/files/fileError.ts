import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../errors';
import { machineLimit } from '../machineLimit';

/** Thrown when a file's content differs from what was written. */
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
 * Converts a system error about a file to a sentence that says what to do. Errors that the user cannot fix
 * are returned unchanged.
 *
 * @param doing what was attempted, such as `read` or `write`
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

/** The file that a path uses as a folder, or ends at. */
function fileOnTheWay(path: string): string {
  for (let above = path; dirname(above) !== above; above = dirname(above)) {
    try {
      if (!statSync(above).isDirectory()) return above;
    } catch {
      // The path leads through a file, which is further up.
    }
  }
  return path;
}

/**
 * The sentence for a system error that no caller has explained: a full, read-only or broken disk, or missing
 * permissions. A missing file is not one of these; where nobody expected it, it may be a defect.
 */
export function diskTrouble(error: unknown): UserError | null {
  const { code = '', path, syscall = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (path === undefined || !troubles.has(code)) return null;
  const doing = /^(open|read|scandir|stat|lstat|access)/.test(syscall) ? 'read' : 'write';
  const told = fileError(error, path, doing);
  return told instanceof UserError ? told : null;
}

const troubles = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ESTALE', 'ENAMETOOLONG']);
