import { tf } from '../tensor/native';

/*
 * B batch, C channels, T frames, S side in px, M mel bands, F spectra; p patch size along an axis, n patches.
 */

/** Frames and side of a cuboid. */
export interface VideoPatch {
  readonly frames: number;
  readonly size: number;
}

/** Mel bands and spectra of a patch. */
export interface AudioPatch {
  readonly melBands: number;
  readonly columns: number;
}

/**
 * Cuts video into cuboids: token order (t, h, w), value order (t, h, w, channel). Inverse: {@link unpatchifyVideo}.
 *
 * @param video `[B, C, T, S, S]`
 * @returns `[B, N, P]`, N = (T / frames) (S / size)^2, P = frames size^2 C
 *
 * @example
 * ```ts
 * import { patchifyVideo, tf } from 'xkd';
 *
 * // A picture of 4 x 4 pixels, numbered row by row, in patches of 2 x 2.
 * const [patches] = tf.tidy(() => {
 *   const video = tf.reshape(tf.range(0, 16), [1, 1, 1, 4, 4]);
 *   return patchifyVideo(video, { frames: 1, size: 2 }).arraySync();
 * });
 * console.log(patches.length, patches[1]); // 4 [ 2, 3, 6, 7 ]
 * ```
 */
export function patchifyVideo(video: tf.Tensor, { frames, size }: VideoPatch): tf.Tensor3D {
  const [batch, channels, time, height, width] = video.shape;
  const [t, h, w] = [time / frames, height / size, width / size];
  // tfjs supports at most six axes, so the eight axes of the cuboids are permuted in two steps.
  const cut = tf.reshape(video, [batch, channels, t, frames, h, size * width]);
  const rows = tf.transpose(cut, [0, 2, 4, 3, 5, 1]); // [B, t, h, pt, ph S, C]
  const columns = tf.reshape(rows, [batch * t * h, frames, size, w, size * channels]);
  const tokens = tf.transpose(columns, [0, 3, 1, 2, 4]); // [B t h, w, pt, ph, pw C]
  return tf.reshape(tokens, [batch, t * h * w, frames * size * size * channels]); // [B, N, P]
}

/** @param tokens `[B, N, P]`; @param shape `[B, C, T, S, S]` of the video */
export function unpatchifyVideo(
  tokens: tf.Tensor,
  { frames, size }: VideoPatch,
  shape: readonly number[],
): tf.Tensor5D {
  const [batch, channels, time, height, width] = shape;
  const [t, h, w] = [time / frames, height / size, width / size];
  const columns = tf.transpose(
    tf.reshape(tokens, [batch * t * h, w, frames, size, size * channels]),
    [0, 2, 3, 1, 4],
  );
  const rows = tf.reshape(columns, [batch, t, h, frames, size * width, channels]);
  return tf.reshape(tf.transpose(rows, [0, 5, 1, 3, 2, 4]), [batch, channels, time, height, width]);
}

/**
 * Cuts a log-mel into patches: token order (mel, time), value order (mel, time). Inverse: {@link unpatchifyAudio}.
 *
 * @param spectrogram `[B, 1, M, F]`
 * @returns `[B, N, P]`, N = (M / melBands) (F / columns), P = melBands columns
 *
 * @example
 * ```ts
 * import { patchifyAudio, tf } from 'xkd';
 *
 * // A spectrogram of 2 bands and 4 columns, numbered row by row, in patches of 2 x 2.
 * const [patches] = tf.tidy(() => {
 *   const spectrogram = tf.reshape(tf.range(0, 8), [1, 1, 2, 4]);
 *   return patchifyAudio(spectrogram, { melBands: 2, columns: 2 }).arraySync();
 * });
 * console.log(patches); // [ [ 0, 1, 4, 5 ], [ 2, 3, 6, 7 ] ]
 * ```
 */
export function patchifyAudio(spectrogram: tf.Tensor, { melBands, columns }: AudioPatch): tf.Tensor3D {
  const [batch, , mel, time] = spectrogram.shape;
  const [m, f] = [mel / melBands, time / columns];
  const cut = tf.reshape(spectrogram, [batch, m, melBands, f, columns]);
  return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, m * f, melBands * columns]); // [B, N, P]
}

/** @param tokens `[B, N, P]`; @param shape `[B, 1, M, F]` of the log-mel */
export function unpatchifyAudio(
  tokens: tf.Tensor,
  { melBands, columns }: AudioPatch,
  shape: readonly number[],
): tf.Tensor4D {
  const [batch, , mel, time] = shape;
  const [m, f] = [mel / melBands, time / columns];
  const cut = tf.reshape(tokens, [batch, m, f, melBands, columns]);
  return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, 1, mel, time]);
}
