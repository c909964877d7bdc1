/**
 * The process ids of ffmpeg processes that are running, in memory shared by all threads, so that whoever owns
 * the table can end every one of them at once, also those that a worker thread started.
 */
export class ChildTable {
  private readonly slots: Int32Array;

  /** @param memory the table of another thread ({@link ChildTable.memory}); a new one if left out */
  constructor(readonly memory = new SharedArrayBuffer(4 * (1 + mostChildren))) {
    this.slots = new Int32Array(memory);
  }

  /** True once {@link ChildTable.killAll} was called: nothing may be started any more. */
  get closed(): boolean {
    return Atomics.load(this.slots, closedAt) !== 0;
  }

  /** Notes a running process; it is killed here if the table was closed meanwhile. */
  add(pid: number): void {
    for (let i = 1; i < this.slots.length; i++) {
      if (Atomics.compareExchange(this.slots, i, 0, pid) !== 0) continue;
      if (this.closed) kill(pid);
      return;
    }
    throw new Error(`More than ${mostChildren} ffmpeg processes at once.`);
  }

  /** Forgets a process that has ended. */
  remove(pid: number): void {
    for (let i = 1; i < this.slots.length; i++) {
      if (Atomics.compareExchange(this.slots, i, pid, 0) === pid) return;
    }
  }

  /** Process ids noted now. */
  running(): number[] {
    return [...this.slots.subarray(1)].filter((pid) => pid !== 0);
  }

  /** Ends all processes and lets no new one live. */
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
    // It has just ended by itself.
  }
}
