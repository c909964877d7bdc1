import { readdirSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { fileError } from '../../files';
import { evaluationModalities, protocols, readResult, type ProtocolResult } from '../results';

/** A result and the file that it was read from. */
export interface FoundResult {
  readonly path: string;
  readonly result: ProtocolResult;
}

/** What files and folders hold. */
export interface FoundResults {
  readonly results: readonly FoundResult[];
  /** A sentence for each thing that could not be used. */
  readonly problems: readonly string[];
  /** JSON files of other kinds, such as the configuration of a run. */
  readonly otherFiles: readonly string[];
}

/** How `xkd evaluate` names its files. */
const resultFile = new RegExp(
  `^(${protocols.join('|')})-.+-(${evaluationModalities.join('|')})-(teacher|student)-seed-?\\d+\\.json$`,
);
/** A result holds figures, no features. */
const mostBytes = 2 ** 28;

/**
 * Reads every result in files and, recursively, in folders, in the order of their names; a file that is met twice is
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
  /** Real paths, so that links in a loop end. */
  private readonly visited = new Set<string>();

  /** @param named whether the user named this very path */
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
    if (!stats) return null; // a link that leads nowhere
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

  /** What can't be read is a problem of one file, and the others are read on. */
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

/** Also a result that was renamed, and one that is damaged. */
function looksLikeResult(path: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && 'protocol' in value && 'folds' in value;
  } catch (error) {
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}
