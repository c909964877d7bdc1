import {
  type Modality,
  type XkdConfig,
  configure,
  modalities,
  presets,
  type TokenGrid,
  fullGrid,
  tokenCount,
} from '../config';
import { UserError } from '../errors';
import type { TensorFileArgs, TensorSource } from '../files';
import { resamplePositions } from '../nn';
import { tf } from '../tensor/native';
import type { WeightSet } from './weightSet';

export interface PositionsArgs {
  /** Interpolates learned positions to another number of frames, size or number of bands, as for local views. */
  readonly interpolatePositions?: boolean;
  /** Patch grids for which the file's positions were learned, if they can't be derived: `[8, 14, 14]`, `[20, 28]`. */
  readonly positionGrids?: readonly TokenGrid[];
  /** Called with a sentence about each interpolation. */
  readonly report?: (sentence: string) => void;
}

/** How to read third-party weight files. */
export interface WeightsArgs extends TensorFileArgs, PositionsArgs {}

/**
 * The same weights, with the positions of encoders and decoders interpolated to a configuration's grid if this was
 * requested and the grids differ. The class token's position stays unchanged.
 *
 * @throws UserError if the file's grid can't be derived from its configuration or the number of its positions
 */
export function withPositions(set: WeightSet, config: XkdConfig, args: PositionsArgs): WeightSet {
  if (!args.interpolatePositions) return set;
  const tensors = new Map(set.tensors);
  const told = new Set<Modality>();
  for (const [name, source] of set.tensors) {
    const modality = modalityOf(set, name);
    if (!/(^|\.)(enc|dec)_pos_embed$/.test(name) || modality === null || source.shape.length !== 3) continue;
    const to = fullGrid(config, modality);
    const from = gridOf(set, modality, source.shape[1] - 1, to, args);
    if (String(from) === String(to)) continue;
    tensors.set(name, interpolated(source, from, to, modality));
    if (!told.has(modality)) {
      args.report?.(
        `Positions of the ${modality} in "${set.path}" are interpolated from ${gridText(from)} to ${gridText(to)} patches.`,
      );
    }
    told.add(modality);
  }
  return { ...set, tensors };
}

/** A grid as text. `8x14x14`: frames, height, width; `20x28`: bands, columns. */
export function gridText(grid: TokenGrid): string {
  return grid.join('x');
}

function modalityOf({ kind, modality }: WeightSet, name: string): Modality | null {
  if (kind === 'backbone') return modality;
  return modalities.find((each) => name.startsWith(each === 'video' ? 'vid_' : 'aud_')) ?? null;
}

function interpolated(
  source: TensorSource,
  from: TokenGrid,
  to: TokenGrid,
  modality: Modality,
): TensorSource {
  const shape = [1, 1 + tokenCount(to), source.shape[2]];
  const data = () =>
    tf.tidy(() => {
      const values = typeof source.data === 'function' ? source.data() : source.data;
      const learned = tf.tensor(values, [...source.shape], 'float32'); // [1, 1 + tokens, D]
      const kernel = modality === 'video' ? 'linear' : 'cubic';
      return Float32Array.from(resamplePositions(learned, from, to, kernel).dataSync());
    });
  return { dtype: source.dtype, shape, data };
}

/**
 * Grid for which positions were learned: given explicitly, from the file's configuration, or the only plausible one.
 */
function gridOf(
  set: WeightSet,
  modality: Modality,
  count: number,
  to: TokenGrid,
  { positionGrids = [] }: PositionsArgs,
): TokenGrid {
  const told = positionGrids.find((grid) => grid.length === to.length);
  if (told !== undefined && tokenCount(told) === count) return told;
  if (told !== undefined) {
    throw new UserError(
      `"${set.path}" holds ${count} positions of the ${modality}, but ${gridText(told)} patches are ${tokenCount(told)}; correct --position-grid.`,
    );
  }
  const own = set.config === null ? null : fullGrid(set.config, modality);
  if (own !== null && tokenCount(own) === count) return own;
  if (tokenCount(to) === count) return to;
  const possible = possibleGrids(modality, count, to);
  const known = Object.keys(presets).map((name) => String(fullGrid(configure(name), modality)));
  const usual = possible.filter((grid) => known.includes(String(grid)));
  if (usual.length === 1) return usual[0];
  if (possible.length === 1) return possible[0];
  const example = modality === 'video' ? '8x14x14 (frames, height, width)' : '20x28 (bands, columns)';
  const which = possible.length === 0 ? '' : `; ${possible.map(gridText).join(' and ')} are possible`;
  throw new UserError(
    `"${set.path}" does not tell for which patches its ${count} positions of the ${modality} were learned${which}; add --position-grid, such as ${example}.`,
  );
}

/** Grids with that number of patches that differ from ours in one respect: frames or size, bands or columns. */
function possibleGrids(modality: Modality, count: number, to: TokenGrid): TokenGrid[] {
  if (modality === 'audio') {
    const [bands, columns] = to;
    return [
      [bands, count / bands],
      [count / columns, columns],
    ].filter((grid) => grid.every(Number.isInteger));
  }
  const [frames, height, width] = to;
  const side = Math.sqrt(count / frames);
  return [
    [count / (height * width), height, width],
    [frames, side, side],
  ].filter((grid) => grid.every(Number.isInteger));
}
