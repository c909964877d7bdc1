import {
  type Modality,
  type TransformerSize,
  type XkdConfig,
  configChanges,
  configure,
  encoderSizes,
  presets,
  fullGrid,
  patchValues,
  tokenCount,
} from '../config';
import { UserError } from '../errors';
import { type Shapes, backboneShapes, encoderTraces, patchEmbeddingName } from '../model';

/** How to fit positions of another grid. */
export const interpolationAdvice =
  'add --interpolate-positions (in a notebook: interpolatePositions: true) to make its positions fit';

/** What the shapes of a backbone reveal about it. The number of heads does not affect them. */
interface BackboneSize {
  /** Keys of `encoder` with their values. */
  readonly encoder: Readonly<Record<string, number>>;
  readonly patches: number;
  readonly patchValues: number;
}

/**
 * Compares a backbone's names and shapes with those of a configuration.
 *
 * @throws UserError that names both sizes and the preset or size that would fit
 */
export function requireBackboneFits(
  path: string,
  found: Shapes,
  config: XkdConfig,
  modality: Modality,
): void {
  const expected = backboneShapes(config, modality);
  if (fits(found, expected)) return;
  const embedding = found.get(`${patchEmbeddingName(modality)}.proj.weight`);
  if (embedding === undefined) {
    const other = modality === 'video' ? 'audio' : 'video';
    throw new UserError(
      `"${path}" holds no ${modality} backbone but ${found.has(`${patchEmbeddingName(other)}.proj.weight`) ? `${withArticle(other)} one` : 'other weights'}; choose another file.`,
    );
  }
  const size = sizeOf(found, modality);
  const asked = configuredSize(config, modality);
  if (JSON.stringify(size) !== JSON.stringify(asked)) {
    throw new UserError(
      `"${path}" holds ${withArticle(modality)} backbone of ${inWords(size)}, but the configuration (preset ${config.preset}) asks for ${inWords(asked)}; ${advice(size, found, config, modality)}.`,
    );
  }
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  const strange = [...found.keys()].filter((name) => !expected.has(name));
  const shaped = [...found.keys()].filter((name) => expected.has(name) && !same(found, expected, name));
  const problems = [
    missing.length > 0 ? `lacks ${list(missing)}` : '',
    strange.length > 0 ? `has ${list(strange)}, which no backbone has` : '',
    shaped.length > 0
      ? `has ${shaped[0]} of [${found.get(shaped[0])!.join(', ')}] where [${expected.get(shaped[0])!.join(', ')}] is needed`
      : '',
  ].filter(Boolean);
  throw new UserError(
    `"${path}" is not a complete ${modality} backbone: it ${problems.join(' and ')}; choose another file.`,
  );
}

function withArticle(modality: Modality): string {
  return modality === 'video' ? 'a video' : 'an audio';
}

function fits(found: Shapes, expected: Shapes): boolean {
  return found.size === expected.size && [...expected.keys()].every((name) => same(found, expected, name));
}

function same(found: Shapes, expected: Shapes, name: string): boolean {
  return found.has(name) && String(found.get(name)) === String(expected.get(name));
}

function sizeOf(found: Shapes, modality: Modality): BackboneSize {
  const [, values = 0] = found.get(`${patchEmbeddingName(modality)}.proj.weight`) ?? [];
  return {
    encoder: Object.fromEntries(Object.entries(encoderTraces).map(([key, trace]) => [key, trace(found)])),
    patches: (found.get('enc_pos_embed')?.[1] ?? 1) - 1,
    patchValues: values,
  };
}

function configuredSize(config: XkdConfig, modality: Modality): BackboneSize {
  const encoder: Readonly<Record<string, number>> = config.encoder;
  return {
    encoder: Object.fromEntries(Object.keys(encoderTraces).map((key) => [key, encoder[key]])),
    patches: tokenCount(fullGrid(config, modality)),
    patchValues: patchValues(config, modality),
  };
}

/** What a backbone goes without is not named. */
function inWords({ encoder, patches, patchValues: values }: BackboneSize): string {
  const present = Object.entries(encoder).filter(([, value]) => value > 0);
  const words = present.map(([key, value]) => `${key} ${value}`);
  return [...words, `${patches} patches of ${values} values`].join(', ');
}

/** Advice on how to fit the file: interpolation, the preset, changes to leave out, the encoder, or the keys to set. */
function advice(size: BackboneSize, found: Shapes, config: XkdConfig, modality: Modality): string {
  const asked = configuredSize(config, modality);
  const onlyPositions =
    size.patches !== asked.patches &&
    JSON.stringify({ ...size, patches: asked.patches }) === JSON.stringify(asked);
  const settings = settingsAdvice(size, found, config, modality);
  return onlyPositions ? `${interpolationAdvice}, or ${settings}` : settings;
}

function settingsAdvice(size: BackboneSize, found: Shapes, config: XkdConfig, modality: Modality): string {
  const fitsPreset = (name: string) => fits(found, backboneShapes(configure(name), modality));
  const superfluous = superfluousChanges(found, config, modality);
  if (superfluous.length > 0) {
    return `leave out ${superfluous.join(' and ')}, ${superfluous.length === 1 ? 'which changes' : 'which change'} the preset`;
  }
  const preset = Object.keys(presets).find(fitsPreset);
  if (preset !== undefined) return `give --preset ${preset}`;
  const asked = configuredSize(config, modality);
  if (size.patchValues !== asked.patchValues) {
    return 'give the preset, and the clip, spectrogram, patch and encoder values, with which it was trained';
  }
  if (size.patches !== asked.patches) {
    const groups = modality === 'video' ? 'clip' : 'spectrogram';
    return `give the preset, and the ${groups} and encoder values, with which it was trained`;
  }
  return `add ${encoderAdvice(size.encoder, asked.encoder)}`;
}

/** The values of `encoder` that a file asks for: a named size where there is one, and what else differs. */
function encoderAdvice(found: BackboneSize['encoder'], asked: BackboneSize['encoder']): string {
  const { width, depth } = found;
  const others = Object.keys(found).filter((key) => !sizeKeys.includes(key) && found[key] !== asked[key]);
  const settings = (keys: readonly string[]) => keys.map((key) => `encoder.${key}=${found[key]}`).join(' ');
  if (sizeKeys.every((key) => found[key] === asked[key])) return settings(others);
  const isThis = (size: TransformerSize) => width === size.width && depth === size.depth;
  const named = Object.entries(encoderSizes).find(([, each]) => isThis(each))?.[0];
  if (named !== undefined) return [`encoder=${named}`, settings(others)].filter(Boolean).join(' ');
  return `${settings([...sizeKeys, ...others])} and the encoder.heads that it has`;
}

/** Those that a named size sets. */
const sizeKeys: readonly string[] = ['width', 'depth'];

const inputKeys: Readonly<Record<Modality, RegExp>> = {
  video: /^(clip\.(seconds|framesPerSecond|frameSize)|patch\.(frames|size))$/,
  audio: /^(spectrogram\.(melBands|columns)|patch\.(melBands|columns))$/,
};

/** Whether the shapes of a backbone follow from a key. */
function isStructural(key: string, modality: Modality): boolean {
  return (
    inputKeys[modality].test(key) || Object.keys(encoderTraces).some((each) => key === `encoder.${each}`)
  );
}

/** Changes of the preset that keep the file from fitting: one of them, or all. */
function superfluousChanges(found: Shapes, config: XkdConfig, modality: Modality): string[] {
  const changes = Object.entries(configChanges(config));
  const structural = changes.filter(([key]) => isStructural(key, modality));
  if (structural.length === 0) return [];
  const fitsWithout = (left: typeof changes) => {
    const others = Object.fromEntries(changes.filter((change) => !left.includes(change)));
    try {
      return fits(found, backboneShapes(configure(config.preset, others), modality));
    } catch (error) {
      // Some values are only valid together.
      if (error instanceof UserError) return false;
      throw error;
    }
  };
  const superfluous = [...structural.map((change) => [change]), structural].find(fitsWithout) ?? [];
  return superfluous.map(([key, value]) => `${key}=${String(value)}`);
}

function list(names: readonly string[]): string {
  return names.length === 1 ? `"${names[0]}"` : `"${names[0]}" and ${names.length - 1} more`;
}
