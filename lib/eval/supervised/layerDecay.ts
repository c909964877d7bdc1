/**
 * Learning rate factor of a layer: 1 for the last layer, multiplied by `decay` for each layer before it (layer-wise
 * decay, Clark et al. 2020; docs/method.md, section 10).
 */
export function layerRate(layer: number, depth: number, decay: number): number {
  return decay ** (depth + 1 - layer);
}
