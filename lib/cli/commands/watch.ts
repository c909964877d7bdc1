import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { MetricsFollower } from '../../files/metricsFollower';
import { watchInterrupt } from '../../train/interrupt';
import { readRunStatus, stateSentence, type RunStatus } from '../../train/runs/runStatus';
import { withExamples } from '../help';
import { printable, progressLine, watchScreen } from '../watchScreen';

const lookMs = 1000;
/** Interval between lines if there is no terminal. */
const plainMs = 5000;

/** `xkd watch RUN`: shows a run of another process live, without writing anything. */
export function register(program: Command): void {
  const command = program
    .command('watch')
    .description('Show a run that is being trained elsewhere: curves, progress, last warnings')
    .argument('<run>', 'run folder')
    .action(watch);
  withExamples(
    command,
    ['xkd watch runs/first', ['xkd watch runs/first | tail -1', 'whether it runs, and how far it is']],
    'It ends with the run, or with Ctrl-C, which leaves the run alone. Of a run that does not go on it shows where it stands.',
  );
}

async function watch(folder: string): Promise<void> {
  const follower = new MetricsFollower(folder);
  const read = () => readRunStatus(folder, () => follower.read());
  const display = process.stdout.isTTY ? new Screen(process.stdout) : new PlainLines(process.stdout);
  const interrupt = watchInterrupt({ secondEnds: true });
  try {
    let status = read();
    for (; status.state === 'running' && !interrupt.requested; status = read()) {
      display.show(status);
      await Promise.race([wait(lookMs), interrupt.whenRequested]);
    }
    display.show(status, true);
    process.stdout.write(`${printable(stateSentence(status))}\n`);
  } finally {
    interrupt.stop();
  }
}

/** Redraws in place. */
class Screen {
  private drawn = 0;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(status: RunStatus): void {
    const { columns = 80, rows = 24 } = this.stream;
    const lines = watchScreen(status, { columns, rows });
    const back = this.drawn > 0 ? `\u001b[${this.drawn}A` : '';
    this.stream.write(`${back}\u001b[J${lines.map((line) => `${line}\n`).join('')}`);
    this.drawn = lines.length;
  }
}

/** Writes a line at intervals, and each warning when it appears. */
class PlainLines {
  private shownMs = -Infinity;
  private warned = 0;

  constructor(private readonly stream: NodeJS.WritableStream) {}

  show(status: RunStatus, atOnce = false): void {
    for (const { step, sentence } of status.warnings.slice(this.warned))
      this.stream.write(`step ${step}: ${printable(sentence)}\n`);
    this.warned = status.warnings.length;
    if (!atOnce && performance.now() - this.shownMs < plainMs) return;
    this.shownMs = performance.now();
    this.stream.write(`${progressLine(status)}\n`);
  }
}
