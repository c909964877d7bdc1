import type { ProtocolArgs, ProtocolProgress, ProtocolResult } from '../eval';
import { watchInterrupt } from '../train';
import { progressBar, type ProgressBar } from './progressBar';
import { tick } from './tick';

/**
 * Runs a protocol with one progress bar per stage below the cell. JupyterLab's interrupt stops it; computed
 * results stay in the store, and running the cell again continues from there.
 *
 * @throws Stopped after an interrupt; UserError for invalid data or settings
 */
export async function watchProtocol<Settings>(
  protocol: (args: ProtocolArgs, settings: Settings) => Promise<ProtocolResult>,
  args: ProtocolArgs,
  settings: Settings,
): Promise<ProtocolResult> {
  const stop = new AbortController();
  const interrupt = watchInterrupt();
  void interrupt.whenRequested.then(() => stop.abort());
  const bars = new Bars();
  try {
    await tick();
    return await protocol(
      { ...args, signal: stop.signal, onProgress: (progress) => bars.show(progress) },
      settings,
    );
  } finally {
    interrupt.stop();
    bars.finish();
  }
}

/** One bar after another. */
class Bars {
  private current: { readonly label: string; readonly bar: ProgressBar } | null = null;

  show({ label, done, total, unit, figures = {} }: ProtocolProgress): void {
    if (this.current?.label !== label) {
      this.finish();
      this.current = { label, bar: progressBar(total, label, { unit }) };
    }
    const note = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    this.current.bar.update(done, note.join(', '));
  }

  finish(): void {
    this.current?.bar.finish();
    this.current = null;
  }
}
