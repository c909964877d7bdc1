/**
 * Layer of a parameter of a backbone with a classifier: 0 for patch embedding, class token and positions; from 1 on the
 * blocks; after them the final norm and the classifier.
 *
 * @param name the tower's full name for it, such as `vid_teacher.backbone.encoder.blocks.3.norm1.weight`
 * @param depth number of blocks
 */
export function layerOf(name: string, depth: number): number {
  const block = /\.encoder\.blocks\.(\d+)\./.exec(name);
  if (block !== null) return Number(block[1]) + 1;
  return /\.(cls_token|enc_pos_embed|cuboid_embed\..*|patch_embed\..*)$/.test(name) ? 0 : depth + 1;
}

/** Number of layers of a backbone with that many blocks, see {@link layerOf}. */
export function layerCount(depth: number): number {
  return depth + 2;
}

/**
 * Learning rate factor of a layer: 1 for the last layer, multiplied by `decay` for each layer before it (layer-wise
 * decay, Clark et al. 2020; docs/method.md, section 10).
 */
export function layerRate(layer: number, depth: number, decay: number): number {
  return decay ** (depth + 1 - layer);
}
