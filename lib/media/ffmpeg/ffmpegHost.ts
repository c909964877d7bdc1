import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { machineLimit } from '../../machineLimit';

/**
 * A small process that starts ffmpeg for others. Starting a process takes time in proportion to the memory of
 * the process that starts it (10 ms with 300 MB, 66 ms with 2 GB), and all threads wait meanwhile. A program
 * that holds a model should therefore not start one per clip itself.
 */
export class FfmpegHost {
  /** Socket through which threads reach the host ({@link runFfmpeg}'s `host`). */
  readonly socketPath: string;
  /** Resolves when the host accepts connections. */
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
      // If too many files are open, the child has no streams; the error event reports the failure.
      (this.child.stdout as Socket | undefined)?.once('data', () => done());
      this.child.once('close', () => fail(new Error('The process that runs ffmpeg has ended.')));
    });
    // While a caller waits for the host to be ready, the host must keep the program alive; afterwards it must
    // not keep an otherwise idle program alive.
    this.ready.then(
      () => this.handles().forEach((handle) => handle.unref()),
      () => undefined,
    );
  }

  /** Ends the host and every ffmpeg that it started. */
  async close(): Promise<void> {
    // Becoming ready unreferences the handles. If the host were closed before that, the program would end
    // while waiting for the host to end.
    await this.ready.catch(() => undefined);
    if (this.child.pid !== undefined) {
      this.handles().forEach((handle) => handle.ref());
      this.child.stdin!.end();
      await this.ended;
    }
    rmSync(dirname(this.socketPath), { recursive: true, force: true });
  }

  /** Handles that keep Node's event loop running. */
  private handles(): { ref(): void; unref(): void }[] {
    const { stdin, stdout } = this.child;
    return [this.child, stdin as unknown as Socket, stdout as unknown as Socket];
  }
}
