import { type XkdConfig, flattenConfig, networkStructure } from '../config';
import { UserError } from '../errors';
import type { TensorSource } from '../files';
import { canonicalName, parameterSpecs } from '../model';
import type { tf } from '../tensor/native';
import { TrainState, centreNames } from '../train';
import { interpolationAdvice } from './backboneShape';
import { loadTensors } from './loadTensors';
import type { WeightSet } from './weightSet';

/** A state at step 0 with all {@link releaseWeights} of a state dict. */
export function releaseState(set: WeightSet, config: XkdConfig): TrainState {
  return TrainState.fromWeights(config, releaseWeights(set, config));
}

/**
 * Weights and centres of a whole state dict of the release, by their stored names; the caller owns them. Names that
 * stand for one weight must agree to the bit, so that weights of another sharing are not taken for these.
 *
 * @param isWanted of a stored name; default: all
 * @throws UserError where weights are missing, of another shape, or not those of this configuration's sharing
 */
export function releaseWeights(
  set: WeightSet,
  config: XkdConfig,
  isWanted: (name: string) => boolean = () => true,
): Map<string, tf.Tensor> {
  const shapes = new Map(parameterSpecs(config).map(({ name, shape }) => [name, shape]));
  for (const name of Object.values(centreNames)) shapes.set(name, [1, config.projector.outputs]);
  const expected = new Map([...shapes].filter(([name]) => isWanted(name)));
  const chosen = new Map<string, { name: string; source: TensorSource }>();
  for (const [name, source] of set.tensors) {
    const stored = canonicalName(config, name);
    if (!isWanted(stored)) continue;
    requireShape(set, name, source.shape, expected.get(stored), config);
    const first = chosen.get(stored);
    if (first === undefined) chosen.set(stored, { name, source });
    else if (first.source !== source) requireEqual(set.path, config, first, { name, source });
  }
  const missing = [...expected.keys()].filter((name) => !chosen.has(name));
  if (missing.length > 0) {
    throw new UserError(
      `"${set.path}" lacks "${missing[0]}"${missing.length > 1 ? ` and ${missing.length - 1} more` : ''} of what ${missingAdvice(set, config)}`,
    );
  }
  const sources = [...expected.keys()].map((name) => [name, chosen.get(name)!.source] as const);
  return loadTensors(sources);
}

/** What asks for the missing weights, and the way out. */
function missingAdvice(set: WeightSet, asked: XkdConfig): string {
  const own = ownValues(set, asked);
  return own === ''
    ? `preset ${asked.preset} asks for; choose another file or preset.`
    : `the configuration (preset ${asked.preset}) asks for; give ${own}, with which it was trained, or choose another file.`;
}

/** The values of the file's own configuration, where it has one, that differ from those asked for: `key=value ...`. */
function ownValues({ config: own }: WeightSet, asked: XkdConfig): string {
  const wanted = new Map(flattenConfig(networkStructure(asked)));
  return (own === null ? [] : flattenConfig(networkStructure(own)))
    .filter(([key, value]) => wanted.get(key) !== value)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
}

function requireShape(
  set: WeightSet,
  name: string,
  found: readonly number[],
  expected: readonly number[] | undefined,
  config: XkdConfig,
): void {
  if (String(found) === String(expected) && expected !== undefined) return;
  const asked = expected === undefined ? 'has no such weight' : `asks for [${expected.join(', ')}]`;
  const arePositions = /_pos_embed$/.test(name) && found.length === 3 && found[2] === expected?.[2];
  const wayOut = arePositions ? `${interpolationAdvice}, or give` : 'give';
  const own = ownValues(set, config);
  const values = own === '' ? 'the preset and values' : `${own},`;
  throw new UserError(
    `"${set.path}" has "${name}" of [${found.join(', ')}], but the configuration (preset ${config.preset}) ${asked}; ${wayOut} ${values} with which it was trained.`,
  );
}

interface NamedSource {
  readonly name: string;
  readonly source: TensorSource;
}

function requireEqual(path: string, { sharing }: XkdConfig, a: NamedSource, b: NamedSource): void {
  const [first, second] = [a, b].map(({ source: { data } }) => {
    const { buffer, byteOffset, byteLength } = typeof data === 'function' ? data() : data;
    return Buffer.from(buffer, byteOffset, byteLength);
  });
  if (first.equals(second)) return;
  throw new UserError(
    `"${path}" has different values under "${a.name}" and "${b.name}", which are one weight with sharing ${sharing}; give the preset with which it was trained.`,
  );
}
