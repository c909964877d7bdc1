import { type Modality, type XkdConfig, modalities, fullGrid, tokenCount, viewShapes } from 'xkd/dist/config';
import { type TensorSource, writeSafetensors } from 'xkd/dist/files';
import { type ParameterSpec, parameterSpecs } from 'xkd/dist/model';
import { RandomStream } from 'xkd/dist/random';
import { centreNames } from 'xkd/dist/train/state/state';

/** Number of random values that fill the weights repeatedly; prime, so that no two tensors start alike. */
const tableSize = 1_000_003;
const smallDeviation = 0.02;

/**
 * Writes weights like those of a new network, with teachers equal to students. The values come from one table of seeded
 * draws, so that 400 million take only seconds.
 */
export function writeWeights(path: string, config: XkdConfig): void {
  const table = normalTable(RandomStream.fromSeed(0).split('bench', 'weights'));
  const tensors = new Map<string, TensorSource>();
  const places = new Map<string, number>();
  let next = 0;
  for (const spec of parameterSpecs(config)) {
    const source = spec.follows ?? spec.name;
    const from = places.get(source) ?? next;
    places.set(source, from);
    next += sizeOf(spec.shape);
    tensors.set(spec.name, { dtype: 'F32', shape: spec.shape, data: () => values(spec, table, from) });
  }
  const centre = [1, config.projector.outputs];
  for (const name of Object.values(centreNames)) {
    tensors.set(name, { dtype: 'F32', shape: centre, data: () => new Float32Array(sizeOf(centre)) });
  }
  writeSafetensors(path, tensors);
}

/** Writes random views and masking noise for a number of steps. */
export function writeInputs(path: string, config: XkdConfig, batch: number, steps: number): void {
  const { video, audio } = viewShapes(config);
  const stream = RandomStream.fromSeed(0).split('bench', 'inputs');
  const tensors = new Map<string, TensorSource>();
  const add = (name: string, shape: readonly number[], draw: (stream: RandomStream) => number) => {
    const whole = [batch, ...shape];
    const own = stream.split(name);
    const data = () => Float32Array.from({ length: sizeOf(whole) }, () => draw(own));
    tensors.set(name, { dtype: 'F32', shape: whole, data });
  };
  for (let step = 0; step < steps; step++) {
    video.forEach((shape, i) => add(`step${step}.frames.${i}`, shape, (draws) => draws.normal()));
    audio.forEach((shape, i) => add(`step${step}.specs.${i}`, shape, (draws) => draws.normal()));
    for (const modality of modalities) {
      add(`step${step}.noise.${modality}`, [globalTokens(config, modality)], (draws) => draws.uniform());
    }
  }
  writeSafetensors(path, tensors);
}

function globalTokens(config: XkdConfig, modality: Modality): number {
  return tokenCount(fullGrid(config, modality));
}

function values({ shape, initialiser }: ParameterSpec, table: Float32Array, from: number): Float32Array {
  const filled = new Float32Array(sizeOf(shape));
  if (initialiser === 'zeros') return filled;
  if (initialiser === 'ones') return filled.fill(1);
  // A normal draw of the same variance replaces Xavier's uniform one.
  const deviation = initialiser === 'xavierUniform' ? Math.sqrt(2 / (shape[0] + shape[1])) : smallDeviation;
  let place = from % tableSize;
  for (let i = 0; i < filled.length; i++) {
    filled[i] = table[place] * deviation;
    place = place + 1 === tableSize ? 0 : place + 1;
  }
  return filled;
}

function normalTable(stream: RandomStream): Float32Array {
  return Float32Array.from({ length: tableSize }, () => stream.normal());
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, count) => product * count, 1);
}
