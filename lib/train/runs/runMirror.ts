import { createReadStream, existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../errors';
import { makeFolder, streamFileAtomic } from '../../files';
import { type Report, checkpointsFolder, listCheckpoints } from '../state/checkpointFolder';

/** Files of a run's folder that change, beside its checkpoints. */
const files = [
  ...['config.json', 'run.json', 'changes.json', 'metrics.csv', 'metrics.jsonl', 'warnings.jsonl'],
  'skipped.json',
];

/**
 * A second copy of a run's folder, from which the run can be resumed. It is written while training goes on. A trouble there is
 * reported, and ends nothing.
 */
export class RunMirror {
  private work: Promise<void> = Promise.resolve();
  private hasFailed = false;

  /** @throws UserError if the folder can't be made, or is the run's own */
  constructor(
    private readonly run: string,
    private readonly mirror: string,
    private readonly report: Report,
  ) {
    if (resolve(run) === resolve(mirror))
      throw new UserError(`"${mirror}" is the run's own folder; mirror it to another one.`);
    makeFolder(checkpointsFolder(mirror));
  }

  /** Copies what is new, after what is being copied. */
  update(): void {
    this.work = this.work.then(() => this.copy()).catch((error: Error) => this.tell(error));
  }

  /** Resolves when everything has been copied. */
  async settled(): Promise<void> {
    await this.work;
  }

  private async copy(): Promise<void> {
    const newest = listCheckpoints(this.run);
    const kept = new Set(readdirSync(checkpointsFolder(this.mirror)));
    // The configuration first: a folder with a checkpoint can always be resumed.
    for (const name of files) await copyFile(join(this.run, name), join(this.mirror, name));
    for (const path of newest) {
      if (!kept.has(basename(path)))
        await copyFile(path, join(checkpointsFolder(this.mirror), basename(path)));
    }
    const names = new Set(newest.map((path) => basename(path)));
    for (const path of listCheckpoints(this.mirror))
      if (!names.has(basename(path))) rmSync(path, { force: true });
  }

  private tell(error: Error): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.report(`The run could not be mirrored to "${this.mirror}": ${error.message}`);
  }
}

interface MirrorArgs {
  readonly mirror?: string;
  readonly resume?: boolean;
  readonly report?: Report;
}

/** The mirror that a run is to have; null without one, or without a folder to mirror. */
export function openMirror(
  { mirror, resume = false, report = console.warn }: MirrorArgs,
  folder: { readonly path: string } | null,
): RunMirror | null {
  if (mirror === undefined || folder === null) return null;
  // They would be removed as none of this run's.
  if (!resume && listCheckpoints(mirror).length > 0)
    throw new UserError(
      `"${mirror}" holds checkpoints of a run already; choose another folder for --mirror, or continue that run with --resume.`,
    );
  return new RunMirror(folder.path, mirror, report);
}

/** Copies a file whole or not at all. One that has gone meanwhile is left out: a newer one will follow. */
async function copyFile(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  try {
    await streamFileAtomic(to, createReadStream(from, { highWaterMark: 2 ** 20 }));
  } catch (error) {
    if (existsSync(from)) throw error;
  }
}
