import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configure } from 'xkd/dist/config';
import { UserError } from 'xkd/dist/errors';
import { makeFolder } from 'xkd/dist/files';
import { scheduleAt } from 'xkd/dist/train/optimiser/schedules';
import { computeEnvironment } from './computeEnvironment';
import { startEngine } from './engineProcess';
import { describeBenchMachine } from './machine';
import { type BenchRow, measureGroup, storedBatches } from './measure';
import { availableMemoryBytes } from './memory';
import type { BenchEngine, BenchGroup, BenchKind } from './options';
import type { EngineProcess, Job } from './protocol';
import type { BenchReport } from './report';
import { writeInputs, writeWeights } from './workload';

export interface BenchRunArgs {
  readonly groups: readonly BenchGroup[];
  readonly leftOut: readonly string[];
  readonly threads: number;
  /** Folder for weights and inputs. Files made in it are removed at the end. */
  readonly folder: string;
  /** Python with PyTorch, and the script that runs PyTorch's side. */
  readonly pytorch: { readonly python: string; readonly script: string } | null;
  readonly onProgress: (text: string) => void;
}

/** Memory of a process in multiples of its weight file. Activations are not included (measured, base preset). */
const memoryFactors: Readonly<Record<BenchKind, Readonly<Record<BenchEngine, number>>>> = {
  step: { eager: 7.5, compiled: 7.5, pytorch: 3 },
  features: { eager: 2.5, compiled: 2.5, pytorch: 1.3 },
};
const activationFactor = 0.15;

/** Measures all groups, one after the other. */
export async function runBench(args: BenchRunArgs): Promise<BenchReport> {
  const machine = describeBenchMachine();
  makeFolder(args.folder);
  const folder = mkdtempSync(join(args.folder, 'run-'));
  // Also if a signal ends this process.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  const rows: BenchRow[] = [];
  const leftOut = [...args.leftOut];
  const weightFiles: Record<string, { bytes: number; readSeconds: number }> = {};
  const versions = { tensorflow: null as string | null, pytorch: null as string | null };
  try {
    for (const group of args.groups) {
      const name = `${group.preset}, batch ${group.batch}, ${group.precision}, ${group.kind}`;
      const written = prepare(group, folder, () => args.onProgress(`${name}: writing weights and inputs`));
      const job = { ...written, device: machine.device, threads: args.threads };
      weightFiles[group.preset] ??= plainRead(job.weightsFile);
      const engines = fitting(group, weightFiles[group.preset].bytes);
      for (const engine of group.engines.filter((each) => !engines.includes(each))) {
        leftOut.push(
          `${name}: ${engine} is left out, since memory is short for all at once; measure it with --engine ${engine},pytorch.`,
        );
      }
      const start = (engine: BenchEngine) => remembering(launch({ ...job, engine }, folder, args), versions);
      const onProgress = (done: number, total: number) =>
        args.onProgress(`${name}: step ${done} of ${total}`);
      args.onProgress(`${name}: starting ${engines.join(', ')}`);
      rows.push(...(await measureGroup({ group: { ...group, engines }, start, onProgress })));
    }
  } finally {
    process.off('exit', remove);
    remove();
  }
  return { machine: { ...machine, ...versions }, threads: args.threads, rows, leftOut, weightFiles };
}

/** Writes the files that all engines of a group read. */
function prepare(
  group: BenchGroup,
  folder: string,
  onWrite: () => void,
): Omit<Job, 'engine' | 'device' | 'threads'> {
  const { preset, batch, precision, kind, accumulate } = group;
  const config = configure(preset, {
    'training.batch': batch,
    'training.accumulate': accumulate,
    'training.precision': precision,
  });
  const weightsFile = join(folder, `${preset}.safetensors`);
  const inputsFile = join(folder, `${preset}-${batch}.safetensors`);
  onWrite();
  if (!isThere(weightsFile)) writeWeights(weightsFile, config);
  if (!isThere(inputsFile)) writeInputs(inputsFile, config, batch, storedBatches);
  // The middle of a run, where learning rate and EMA momentum are neither 0 nor 1.
  const schedule = scheduleAt(config, 500, { stepsPerEpoch: 10, steps: 1000 });
  return { kind, precision, config, weightsFile, inputsFile, inputs: storedBatches, schedule };
}

function launch(job: Job, folder: string, { pytorch, threads }: BenchRunArgs): EngineProcess {
  const { engine } = job;
  const file = join(folder, `${engine}.json`);
  writeFileSync(file, JSON.stringify(job));
  if (engine === 'pytorch') {
    if (pytorch === null)
      throw new UserError('PyTorch is not installed; leave it out with --engine eager,compiled.');
    return startEngine(engine, pytorch.python, [pytorch.script, file], { OMP_NUM_THREADS: String(threads) });
  }
  return startEngine(
    engine,
    process.execPath,
    [join(__dirname, 'worker.js'), file],
    computeEnvironment(threads),
  );
}

/** Records the library version that an engine reports. */
function remembering(process: EngineProcess, versions: Record<'tensorflow' | 'pytorch', string | null>) {
  process.ready().then(
    ({ version }) => (versions[process.engine === 'pytorch' ? 'pytorch' : 'tensorflow'] = version),
    () => undefined,
  );
  return process;
}

/** The engines that fit in memory together; `eager`, the least requested, is left out first. */
function fitting({ engines, kind, batch }: BenchGroup, weightBytes: number): BenchEngine[] {
  const activations = kind === 'step' ? activationFactor * batch : 0;
  const factors = engines.map((engine) => memoryFactors[kind][engine] + activations);
  const needed = factors.reduce((a, b) => a + b, 0) * weightBytes;
  if (needed < availableMemoryBytes() || engines.length < 3) return [...engines];
  return engines.filter((engine) => engine !== 'eager');
}

function plainRead(path: string): { bytes: number; readSeconds: number } {
  const startMs = performance.now();
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(2 ** 24);
  while (readSync(file, buffer) > 0);
  closeSync(file);
  return { bytes: statSync(path).size, readSeconds: (performance.now() - startMs) / 1000 };
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
