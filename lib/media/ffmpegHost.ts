import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { machineLimit } from '../machineLimit';

/**
 * A small process that starts ffmpeg for others. Starting a process costs time in proportion to the memory of
 * the one that starts it (10 ms with 300 MB, 66 ms with 2 GB, for which all threads wait), so a program that
 * holds a model should not do it itself, clip after clip.
 */
export class FfmpegHost {
  /** Where threads reach it ({@link runFfmpeg}'s `host`). */
  readonly socketPath: string;
  /** Resolves when it can be reached. */
  readonly ready: Promise<void>;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  constructor() {
    this.socketPath = join(mkdtempSync(join(tmpdir(), 'xkd-')), 'ffmpeg');
    this.child = spawn(process.execPath, [join(__dirname, 'hostProcess.js'), this.socketPath], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
      windowsHide: true,
    });
    this.ended = new Promise((done) => this.child.once('close', () => done()));
    this.ready = new Promise((done, fail) => {
      this.child.once('error', (error) => fail(machineLimit(error) ?? error));
      // Where there are too many files open it has no streams, and says no more than the error.
      (this.child.stdout as Socket | undefined)?.once('data', () => done());
      this.child.once('close', () => fail(new Error('The process that runs ffmpeg has ended.')));
    });
    // A caller that waits for it to be ready must find the program still alive; from then on it must not keep a program
    // alive that has nothing else to do.
    this.ready.then(
      () => this.handles().forEach((handle) => handle.unref()),
      () => undefined,
    );
  }

  /** Ends it and every ffmpeg that it started. */
  async close(): Promise<void> {
    // Being ready lets go of the handles: closed before that, the program would end while it waits for the host's end.
    await this.ready.catch(() => undefined);
    if (this.child.pid !== undefined) {
      this.handles().forEach((handle) => handle.ref());
      this.child.stdin!.end();
      await this.ended;
    }
    rmSync(dirname(this.socketPath), { recursive: true, force: true });
  }

  /** What keeps Node's event loop running. */
  private handles(): { ref(): void; unref(): void }[] {
    const { stdin, stdout } = this.child;
    return [this.child, stdin as unknown as Socket, stdout as unknown as Socket];
  }
}
