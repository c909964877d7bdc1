import type { XkdConfig } from '../config';
import { UserError } from '../errors';
import { RandomStream } from '../random';
import { tf } from '../tensor/native';
import { type ParameterSpec, canonicalName, parameterSpecs } from './parameters';

/** Standard deviation of the initial values of tokens, positions and head layers. */
const smallDeviation = 0.02;

/**
 * Initial weights under their stored names. Teachers start as copies of their students (docs/method.md, section 4). Each
 * parameter is drawn from a stream named after it, so that no two blocks start equal.
 */
export function initialWeights(config: XkdConfig): Map<string, tf.Tensor> {
  const seeds = RandomStream.fromSeed(config.seed).split('weights');
  return new Map(
    parameterSpecs(config).map((spec) => {
      const source = canonicalName(config, spec.follows ?? spec.name);
      return [spec.name, tf.tensor(initialValues(spec, seeds.split(source)), [...spec.shape])];
    }),
  );
}

function initialValues({ name, shape, initialiser }: ParameterSpec, stream: RandomStream): Float32Array {
  const values = floats(name, shape);
  switch (initialiser) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'normal':
    case 'truncatedNormal': // cut at -2 and 2 as in the release: 100 standard deviations, never reached
      return values.map(() => stream.normal(0, smallDeviation));
    case 'xavierUniform': {
      const bound = Math.sqrt(6 / (shape[0] + shape[1]));
      return values.map(() => stream.uniform(-bound, bound));
    }
  }
}

function floats(name: string, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, count) => product * count, 1);
  try {
    return new Float32Array(size);
  } catch {
    throw new UserError(
      `The weight "${name}" of [${shape.join(', ')}] would take ${((4 * size) / 1e9).toFixed(1)} GB, which is not available; choose a smaller encoder, decoder or projector.`,
    );
  }
}
