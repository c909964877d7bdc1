/**
 * The layer of a parameter of a backbone with a classifier on it: 0 patch embedding, class token and positions; from 1
 * on the blocks; after them final norm and classifier.
 *
 * @param name as the tower's owner names it, such as `vid_teacher.backbone.encoder.blocks.3.norm1.weight`
 * @param depth blocks
 */
export function layerOf(name: string, depth: number): number {
  const block = /\.encoder\.blocks\.(\d+)\./.exec(name);
  if (block !== null) return Number(block[1]) + 1;
  return /\.(cls_token|enc_pos_embed|cuboid_embed\..*|patch_embed\..*)$/.test(name) ? 0 : depth + 1;
}

/** Layers of a backbone of so many blocks, see {@link layerOf}. */
export function layerCount(depth: number): number {
  return depth + 2;
}

/**
 * Factor of a layer's learning rate: 1 for the last one, and `decay` times as much from each to the one before
 * (layer-wise decay, Clark et al. 2020; docs/method.md, section 10).
 */
export function layerRate(layer: number, depth: number, decay: number): number {
  return decay ** (depth + 1 - layer);
}
