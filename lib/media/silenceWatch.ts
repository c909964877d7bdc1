/** A process is hung after this many checks without a sign of life. */
const looks = 8;

/**
 * Time without progress after which a process that decodes is ended [s]. It is longer than any packet takes
 * to decode, and longer than drives usually need to spin up or answer over a network. `XKD_DECODER_SECONDS`
 * overrides it.
 */
function longestSilence(): number {
  return Number(process.env.XKD_DECODER_SECONDS) || 120;
}

/** Notices that a process makes no progress. */
export class SilenceWatch {
  /** Time without progress after which the process is considered hung [s]. */
  seconds = longestSilence();
  private timer: NodeJS.Timeout | null = null;
  /** Checks since the last sign of life. */
  private silentLooks = 0;
  private isPaused = false;

  /** @param onHung called when the process is hung */
  constructor(private readonly onHung: () => void) {}

  get isHung(): boolean {
    return this.silentLooks >= looks;
  }

  start(): void {
    this.stop();
    this.silentLooks = 0;
    this.seconds = longestSilence();
    this.timer = setInterval(() => this.look(), (1000 * this.seconds) / looks);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** Called at each sign of life. */
  alive(): void {
    this.silentLooks = 0;
  }

  /** While its output is not read, a process cannot show progress. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.silentLooks = 0;
  }

  /**
   * Counts checks instead of time: a program that was blocked for long has made no checks, and reads pending
   * messages first.
   */
  private look(): void {
    if (this.isPaused || ++this.silentLooks < looks) return;
    this.onHung();
  }
}
