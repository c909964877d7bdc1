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
import { backboneShapes } from '../model';

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** How to fit positions of another grid. */
export const interpolationAdvice =
  'add --interpolate-positions (in a notebook: interpolatePositions: true) to make its positions fit';

/** What the shapes of a backbone reveal about it. The number of heads does not affect them. */
interface BackboneSize {
  readonly width: number;
  readonly depth: number;
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
  const embedding = found.get(`${embeddingOf(modality)}.proj.weight`);
  if (embedding === undefined) {
    const other = modality === 'video' ? 'audio' : 'video';
    throw new UserError(
      `"${path}" holds no ${modality} backbone but ${found.has(`${embeddingOf(other)}.proj.weight`) ? `${withArticle(other)} one` : 'other weights'}; choose another file.`,
    );
  }
  const size = sizeOf(found, modality);
  const asked = configuredSize(config, modality);
  if (String(Object.values(size)) !== String(Object.values(asked))) {
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

function embeddingOf(modality: Modality): string {
  return modality === 'video' ? 'cuboid_embed' : 'patch_embed';
}

function fits(found: Shapes, expected: Shapes): boolean {
  return found.size === expected.size && [...expected.keys()].every((name) => same(found, expected, name));
}

function same(found: Shapes, expected: Shapes, name: string): boolean {
  return found.has(name) && String(found.get(name)) === String(expected.get(name));
}

function sizeOf(found: Shapes, modality: Modality): BackboneSize {
  const blocks = [...found.keys()].map((name) => /^encoder\.blocks\.(\d+)\./.exec(name)?.[1]);
  const [width = 0, values = 0] = found.get(`${embeddingOf(modality)}.proj.weight`) ?? [];
  return {
    width,
    depth: 1 + Math.max(-1, ...blocks.filter((index) => index !== undefined).map(Number)),
    patches: (found.get('enc_pos_embed')?.[1] ?? 1) - 1,
    patchValues: values,
  };
}

function configuredSize(config: XkdConfig, modality: Modality): BackboneSize {
  return {
    width: config.encoder.width,
    depth: config.encoder.depth,
    patches: tokenCount(fullGrid(config, modality)),
    patchValues: patchValues(config, modality),
  };
}

function inWords({ width, depth, patches, patchValues: values }: BackboneSize): string {
  return `width ${width}, depth ${depth}, ${patches} patches of ${values} values`;
}

/** Advice on how to fit the file: interpolation, the preset, changes to leave out, the encoder, or the keys to set. */
function advice(size: BackboneSize, found: Shapes, config: XkdConfig, modality: Modality): string {
  const asked = configuredSize(config, modality);
  const differs = (key: keyof BackboneSize) => size[key] !== asked[key];
  const onlyPositions =
    differs('patches') && !differs('width') && !differs('depth') && !differs('patchValues');
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
  const isThis = ({ width, depth }: TransformerSize) => width === size.width && depth === size.depth;
  const named = Object.entries(encoderSizes).find(([, each]) => isThis(each))?.[0];
  if (named !== undefined) return `add encoder=${named}`;
  return `add encoder.width=${size.width} encoder.depth=${size.depth} and the encoder.heads that it has`;
}

const structuralKeys: Readonly<Record<Modality, RegExp>> = {
  video: /^(clip\.(seconds|framesPerSecond|frameSize)|patch\.(frames|size)|encoder\.(width|depth))$/,
  audio: /^(spectrogram\.(melBands|columns)|patch\.(melBands|columns)|encoder\.(width|depth))$/,
};

/** Changes of the preset that keep the file from fitting: one of them, or all. */
function superfluousChanges(found: Shapes, config: XkdConfig, modality: Modality): string[] {
  const changes = Object.entries(configChanges(config));
  const structural = changes.filter(([key]) => structuralKeys[modality].test(key));
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
