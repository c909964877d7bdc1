import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type XkdConfig, modalities } from 'xkd/dist/config';
import { openSafetensors } from 'xkd/dist/files';
import { type ModelInputs, disposeInputs, extractPatchMean, maskOfViews, maskTensors } from 'xkd/dist/model';
import { releaseLosses } from 'xkd/dist/parity/compare';
import { nativeInfo, tf } from 'xkd/dist/tensor/native';
import { AccumulatedStep } from 'xkd/dist/train/step/accumulation';
import { CompiledEngine } from 'xkd/dist/train/engine/compiledEngine';
import { type Engine, type EngineFunction, eagerEngine } from 'xkd/dist/train/engine/engine';
import { TrainState, weightScope } from 'xkd/dist/train/state/state';
import { type LossFigures, trainStep } from 'xkd/dist/train/step/step';
import { peakMemoryBytes } from './memory';
import type { Command, Job, Ready, Status, StepReply } from './protocol';

/*
 * Our side of the benchmark, in its own process. It reads a job, then one JSON command per line from stdin, and answers
 * each with a line. PyTorch's side does the same (`scripts/bench/pytorch/serve.py`).
 */

/** A batch in memory before a step: views as tensors, masking noise not sorted yet. */
interface StoredInputs {
  readonly views: ModelInputs['views'];
  readonly noise: Readonly<Record<'video' | 'audio', Float32Array>>;
  readonly batch: number;
}

async function main(): Promise<void> {
  const job = JSON.parse(readFileSync(process.argv[2], 'utf8')) as Job;
  const startMs = performance.now();
  const weights = readTensors(job.weightsFile);
  const loadSeconds = secondsSince(startMs);
  const inputs = readInputs(job);
  const run = job.kind === 'step' ? stepRunner(job, weights) : featureRunner(job, weights);
  const { tensorflow, device, threads } = nativeInfo();
  answer({ version: tensorflow, device, threads, loadSeconds });
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as Command;
    if (command.do === 'status') {
      answer({ peakMemoryBytes: peakMemoryBytes(), liveTensors: tf.memory().numTensors });
    } else {
      const startMs = performance.now();
      const startCpu = process.cpuUsage();
      const result = await run(inputs[command.index % inputs.length]);
      const seconds = secondsSince(startMs);
      const { user, system } = process.cpuUsage(startCpu); // microseconds
      answer({ ...result, seconds, cpuSeconds: (user + system) / 1e6 });
    }
  }
}

type Runner = (inputs: StoredInputs) => Promise<Omit<StepReply, 'seconds' | 'cpuSeconds'>>;

function stepRunner({ engine, config, schedule }: Job, weights: Map<string, tf.Tensor>): Runner {
  const state = TrainState.fromWeights(config, weights);
  const chosen = chosenEngine(engine);
  const { accumulate } = config.training;
  return async (stored) => {
    if (accumulate === 1) {
      const inputs = modelInputs(config, stored, 0, stored.batch);
      const { losses } = await trainStep(state, inputs, schedule, chosen);
      tf.dispose([inputs.masks] as unknown as tf.TensorContainer);
      return { losses: byReleaseName(losses) };
    }
    const step = new AccumulatedStep(state, schedule, chosen);
    const size = stored.batch / accumulate;
    for (let part = 0; ; part++) {
      const inputs = modelInputs(config, stored, part * size, size);
      const result = await step.add(inputs);
      disposeInputs(inputs);
      if (result !== null) return { losses: byReleaseName(result.losses) };
    }
  };
}

function chosenEngine(engine: Job['engine']): Engine {
  return engine === 'compiled' ? new CompiledEngine() : eagerEngine;
}

function featureRunner({ engine, config }: Job, weights: Map<string, tf.Tensor>): Runner {
  const features: EngineFunction<{ weights: Map<string, tf.Tensor>; views: tf.Tensor[] }, tf.Tensor[]> = {
    compute: (inputs) => {
      const scope = weightScope(config, inputs.weights);
      return modalities.map((modality, i) =>
        extractPatchMean(config, scope, { modality, role: 'teacher' }, inputs.views[i]),
      );
    },
    reads: { weights: 'weights' },
    precision: () => config.training.precision,
  };
  const chosen = chosenEngine(engine);
  const teachers = new Map([...weights].filter(([name]) => name.includes('_teacher.backbone.')));
  return async ({ views }) => {
    const inputs = { weights: teachers, views: modalities.map((modality) => views[modality][0]) };
    const collect = await chosen.run(features, inputs);
    const sums = tf.tidy(() => collect().map((each) => tf.sum(tf.square(each)).dataSync()[0]));
    return { checksum: sums.reduce((a, b) => a + b, 0) };
  };
}

/** A part of a batch as model inputs; the full batch shares its views with the stored one. */
function modelInputs(config: XkdConfig, { views, noise, batch }: StoredInputs, from: number, size: number) {
  const part = (view: tf.Tensor) =>
    size === batch
      ? view
      : tf.slice(view, [from, ...view.shape.slice(1).map(() => 0)], [size, ...view.shape.slice(1)]);
  const mask = (modality: 'video' | 'audio') => {
    const tokens = noise[modality].length / batch;
    const own = noise[modality].subarray(from * tokens, (from + size) * tokens);
    return maskTensors(maskOfViews(config, modality, own));
  };
  return {
    views: { video: views.video.map(part), audio: views.audio.map(part) },
    masks: { video: mask('video'), audio: mask('audio') },
  };
}

function readTensors(path: string): Map<string, tf.Tensor> {
  const reader = openSafetensors(path);
  const tensors = new Map<string, tf.Tensor>();
  for (const name of reader.names()) {
    const { data, shape } = reader.read(name);
    tensors.set(name, tf.tensor(data, [...shape]));
  }
  reader.close();
  return tensors;
}

function readInputs({ inputsFile, inputs }: Job): StoredInputs[] {
  const reader = openSafetensors(inputsFile);
  const views = (step: number, kind: string) => {
    const names = reader.names().filter((name) => name.startsWith(`step${step}.${kind}.`));
    return names.map((_, i) => {
      const { data, shape } = reader.read(`step${step}.${kind}.${i}`);
      return tf.tensor(data, [...shape]);
    });
  };
  const noise = (step: number, modality: string) =>
    reader.read(`step${step}.noise.${modality}`).data as Float32Array;
  const read = Array.from({ length: inputs }, (_, step) => ({
    views: { video: views(step, 'frames'), audio: views(step, 'specs') },
    noise: { video: noise(step, 'video'), audio: noise(step, 'audio') },
    batch: reader.entry(`step${step}.noise.video`).shape[0],
  }));
  reader.close();
  return read;
}

function byReleaseName(losses: LossFigures): Record<string, number> {
  return Object.fromEntries(Object.entries(releaseLosses).map(([name, term]) => [name, losses[term]]));
}

function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1000;
}

function answer(message: Ready | StepReply | Status): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

void main();
