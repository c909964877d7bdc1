import { readdirSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { fileError } from '../../files';
import { protocolNames } from '../protocols/registry';
import { evaluationModalities, readResult, type ProtocolResult } from '../results';

/** A result and the file it was read from. */
export interface FoundResult {
  readonly path: string;
  readonly result: ProtocolResult;
}

/** Contents of files and folders. */
export interface FoundResults {
  readonly results: readonly FoundResult[];
  /** One sentence for each item that could not be used. */
  readonly problems: readonly string[];
  /** Other JSON files, such as the configuration of a run. */
  readonly otherFiles: readonly string[];
}

/** Name pattern of the files that `xkd evaluate` writes. */
const resultFile = new RegExp(
  `^(${protocolNames.join('|')})-.+-(${evaluationModalities.join('|')})-(teacher|student)-seed-?\\d+\\.json$`,
);
/** Result files hold figures but no features, so they are small. */
const mostBytes = 2 ** 28;

/**
 * Reads all results from files and, recursively, from folders, in order of their names. A file that is found twice is
 * read once.
 */
export function findResults(paths: readonly string[]): FoundResults {
  const search = new Search();
  for (const path of paths) search.visit(path, true);
  return search;
}

class Search implements FoundResults {
  readonly results: FoundResult[] = [];
  readonly problems: string[] = [];
  readonly otherFiles: string[] = [];
  /** Real paths, so that circular links end. */
  private readonly visited = new Set<string>();

  /** @param named true if the user named this very path */
  visit(path: string, named: boolean): void {
    const stats = this.tried(path, () => this.firstVisit(path, named));
    if (!stats) return;
    if (stats.isDirectory()) {
      for (const name of this.tried(path, () => readdirSync(path).sort()) ?? []) {
        if (!name.startsWith('.') && name !== 'node_modules') this.visit(join(path, name), false);
      }
    } else if (named || path.endsWith('.json')) this.read(path, stats, named);
  }

  private firstVisit(path: string, named: boolean): Stats | null {
    const stats = statSync(path, { throwIfNoEntry: named });
    if (!stats) return null; // a broken link
    const real = realpathSync(path);
    if (this.visited.has(real)) return null;
    this.visited.add(real);
    return stats;
  }

  private read(path: string, stats: Stats, named: boolean): void {
    if (!stats.isFile() || stats.size > mostBytes) {
      if (named) this.problems.push(`"${path}" is not a result file; name one that "xkd evaluate" wrote.`);
      return;
    }
    this.tried(path, () => {
      const isMeant = named || resultFile.test(path.split(/[\\/]/).at(-1)!);
      if (isMeant || looksLikeResult(path)) this.results.push({ path, result: readResult(path) });
      else this.otherFiles.push(path);
    });
  }

  /** An unreadable file is reported as a problem; the others are still read. */
  private tried<T>(path: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      const known = error instanceof UserError ? error : fileError(error, path, 'read');
      if (!(known instanceof UserError)) throw error;
      this.problems.push(known.message);
      return undefined;
    }
  }
}

/** True also for a renamed or damaged result. */
function looksLikeResult(path: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && 'protocol' in value && 'folds' in value;
  } catch (error) {
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}
