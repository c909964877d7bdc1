/**
 * Process ids of running ffmpeg processes, in memory shared by all threads. The owner of the table can kill
 * all of them at once, including those that worker threads started.
 */
export class ChildTable {
  private readonly slots: Int32Array;

  /** @param memory the table of another thread ({@link ChildTable.memory}); default: a new one */
  constructor(readonly memory = new SharedArrayBuffer(4 * (1 + mostChildren))) {
    this.slots = new Int32Array(memory);
  }

  /** True once {@link ChildTable.killAll} has been called: no process may be started any more. */
  get closed(): boolean {
    return Atomics.load(this.slots, closedAt) !== 0;
  }

  /** Registers a running process. If the table has been closed in the meantime, the process is killed. */
  add(pid: number): void {
    for (let i = 1; i < this.slots.length; i++) {
      if (Atomics.compareExchange(this.slots, i, 0, pid) !== 0) continue;
      if (this.closed) kill(pid);
      return;
    }
    throw new Error(`More than ${mostChildren} ffmpeg processes at once.`);
  }

  /** Removes a process that has ended. */
  remove(pid: number): void {
    for (let i = 1; i < this.slots.length; i++) {
      if (Atomics.compareExchange(this.slots, i, pid, 0) === pid) return;
    }
  }

  /** Process ids currently registered. */
  running(): number[] {
    return [...this.slots.subarray(1)].filter((pid) => pid !== 0);
  }

  /** Kills all processes and closes the table to new ones. */
  killAll(): void {
    Atomics.store(this.slots, closedAt, 1);
    for (const pid of this.running()) kill(pid);
  }
}

const mostChildren = 1024;
const closedAt = 0;

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has just ended by itself.
  }
}
