import { UMAP } from 'umap-js';
import { normaliseRows, selectRows, type FeatureMatrix } from '../eval/featureMatrix';
import { UserError } from '../errors';
import { RandomStream } from '../random';

export interface UmapArgs {
  readonly features: FeatureMatrix;
  /** Dimensions of the map: 2 or 3. */
  readonly dimensions?: number;
  /** Number of neighbours that each row should stay close to; capped at all other rows. */
  readonly neighbours?: number;
  /** Minimum distance between neighbours in the map. */
  readonly minDistance?: number;
  readonly seed: number;
}

/**
 * A map of features (UMAP): rows with a high cosine similarity lie near each other. Only neighbourhoods are
 * meaningful, neither directions nor large distances. The same seed gives the same map.
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
  // For rows of length 1, Euclidean distance orders as the cosine does.
  const unit = normaliseRows(features);
  const rows = Array.from({ length: unit.rows }, (_, row) => Array.from(selectRows(unit, [row]).data));
  return Float32Array.from(umap.fit(rows).flat());
}
