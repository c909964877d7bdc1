import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { modalities } from '../../../config';
import { openDataset } from '../../../data';
import { withModalities } from '../../../data/lists/usableEntries';
import { withHoldout } from '../../../eval/protocols/holdout';
import type { ProtocolProgress } from '../../../eval/protocols/protocol';
import { protocolNamed, type ProtocolName } from '../../../eval/protocols/registry';
import { Stopped, throwIfStopped } from '../../../eval/protocols/stop';
import { writeResult } from '../../../eval/results';
import { parseSettings } from '../../../eval/settings';
import { requireWritableFolder } from '../../../files';
import { exitCodeOf, type InterruptWatch } from '../../../train/interrupt';
import { readConfigFile } from '../../configOptions';
import { openAs } from '../../datasetOptions';
import { openNetwork, requireTowers, type OpenNetwork } from '../../network';
import { isHubFolder } from '../../../weights';
import { Progress } from '../../progress';
import { weightsArgs } from '../../weightsOptions';
import type { EvaluateFlags } from './protocolCommand';
import { formatResult } from './resultTable';

/** Runs one protocol from command line arguments, writes its result and prints it. */
export async function runProtocol(
  name: ProtocolName,
  words: readonly string[],
  flags: EvaluateFlags,
  interrupt: InterruptWatch,
): Promise<void> {
  const { settings: settingsFor, load } = protocolNamed(name);
  const file = readConfigFile(flags.config);
  const { settings, overrides } = parseSettings(settingsFor(flags), [...file.words, ...words]);
  const run = runFolder(flags);
  const store = flags.features ?? join(run ?? 'runs', 'features');
  const out = flags.out ?? join(run ?? 'runs', 'evaluation');
  for (const folder of [store, out]) requireWritableFolder(folder);
  const stop = new AbortController();
  const bars = new Bars();
  void interrupt.whenRequested.then(() => {
    stop.abort();
    bars.note('stopping; a second signal ends at once');
  });
  let opened: OpenNetwork | null = null;
  try {
    const { modality } = flags;
    const whole = await openDataset(flags.data, openAs(flags));
    const { dataset, notes } = withModalities(whole, modality === 'both' ? modalities : [modality]);
    for (const note of notes) bars.note(note);
    await throwIfInterrupted(stop.signal);
    opened = await openNetwork({
      checkpoint: flags.checkpoint,
      preset: flags.preset ?? file.preset,
      overrides,
      weights: weightsArgs(flags),
    });
    await throwIfInterrupted(stop.signal);
    const tower = flags.tower ?? opened.backbones?.[0].role ?? 'student';
    requireTowers(opened.network, flags.modality, tower);
    const evaluate = await load();
    const result = await evaluate(
      {
        network: opened.network,
        source: opened.source,
        step: opened.step,
        dataset: withHoldout(dataset, flags.holdout, flags.seed),
        modality,
        tower,
        seed: flags.seed,
        store,
        onProgress: (progress) => bars.show(progress),
        signal: stop.signal,
        createdBy: ['xkd', 'evaluate', name, ...process.argv.slice(4)],
      },
      settings,
    );
    bars.stop();
    if (run === null && flags.out === undefined)
      bars.note(
        `xkd: the result is in ${out}, because the weights are not those of one run folder; --out chooses another`,
      );
    const files = writeResult(out, result);
    process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : formatResult(result, files));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    bars.stop();
    process.stderr.write('xkd: stopped; the same command continues from what was computed so far\n');
    process.exitCode = exitCodeOf(interrupt.signal ?? 'SIGINT');
  } finally {
    bars.stop();
    opened?.dispose();
  }
}

/** Signals are only handled between computations. */
async function throwIfInterrupted(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throwIfStopped(signal);
}

/**
 * The run folder given on the command line, so that files that belong to its weights can be stored in it. A folder of a
 * model hub is not one: it holds what is published, and is often read-only.
 */
function runFolder({ checkpoint }: EvaluateFlags): string | null {
  const [path] = checkpoint;
  if (checkpoint.length > 1 || !existsSync(path) || !statSync(path).isDirectory()) return null;
  return isHubFolder(path) ? null : path;
}

/** Shows one progress bar after the other. */
class Bars {
  private current: { readonly label: string; readonly progress: Progress } | null = null;

  show({ label, done, total, unit, figures }: ProtocolProgress): void {
    if (this.current?.label !== label) {
      this.stop();
      this.current = { label, progress: new Progress({ label, total, unit, from: done }) };
    }
    this.current.progress.update(done, figures);
  }

  note(text: string): void {
    if (this.current) this.current.progress.note(text);
    else process.stderr.write(`${text}\n`);
  }

  stop(): void {
    this.current?.progress.stop();
    this.current = null;
  }
}
