import { UMAP } from 'umap-js';
import { normaliseRows, selectRows, type FeatureMatrix } from '../eval';
import { UserError } from '../errors';
import { RandomStream } from '../random';

export interface UmapArgs {
  readonly features: FeatureMatrix;
  /** Of the picture: 2 or 3. */
  readonly dimensions?: number;
  /** Neighbours that each row is to stay near to; fewer rows than that have all others. */
  readonly neighbours?: number;
  /** How near to each other neighbours may come to lie. */
  readonly minDistance?: number;
  readonly seed: number;
}

/**
 * A map of features (UMAP): rows whose cosine is large lie near to each other. Only who is near to whom means anything,
 * neither directions nor large distances. The same seed draws the same map.
 *
 * @returns `[rows, dimensions]`, row by row
 * @throws UserError for fewer than three rows
 */
export function umapSpace(args: UmapArgs): Float32Array {
  const { features, dimensions = 3, neighbours = 15, minDistance = 0.1, seed } = args;
  if (features.rows < 3) {
    throw new UserError(`A map needs at least 3 clips, not ${features.rows}: add some.`);
  }
  const stream = RandomStream.fromSeed(seed).split('umap');
  const umap = new UMAP({
    nComponents: dimensions,
    nNeighbors: Math.min(neighbours, features.rows - 1),
    minDist: minDistance,
    random: () => stream.uniform(),
  });
  // Of rows of length 1 the Euclidean distance orders as the cosine does.
  const unit = normaliseRows(features);
  const rows = Array.from({ length: unit.rows }, (_, row) => Array.from(selectRows(unit, [row]).data));
  return Float32Array.from(umap.fit(rows).flat());
}
