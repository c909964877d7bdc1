import { lossTerms, termsOfAll } from '../../model';
import { type RankPlace, meansOverRanks } from '../../tensor/collectives';
import { tf } from '../../tensor/native';
import type { Differentiated } from './differentiate';

/**
 * Losses, gradients and centres of the whole batch, from those of each rank's clips: all are means over clips, or, as the
 * alignment of all clips, the same on all ranks.
 *
 * @returns with `astray`, above 0 for each rank whose own losses are not finite
 */
export function acrossRanks(own: Differentiated, ranks: RankPlace | null | undefined): Differentiated {
  if (ranks === null || ranks === undefined) return own;
  const names = [...own.gradients.keys()];
  const gradients = meansOverRanks([...own.gradients.values()], ranks.wire);
  // The losses come last. Once they are there, everything has been exchanged, and all ranks may stop alike.
  const small = [...own.centres.values(), own.losses, astrayRanks(own.losses, ranks)];
  const joined = tf.concat(small.map((tensor) => tf.reshape(tensor, [-1])));
  const [mean] = meansOverRanks([joined], 'fp32');
  const parts = tf.split(
    mean,
    small.map(({ size }) => size),
  );
  const centres = [...own.centres].map(
    ([name, { shape }], i) => [name, tf.reshape(parts[i], shape)] as const,
  );
  const [losses, astray] = parts.slice(own.centres.size) as tf.Tensor1D[];
  return {
    losses,
    astray,
    gradients: new Map(names.map((name, i) => [name, gradients[i]])),
    centres: new Map(centres),
  };
}

/** 1 at this rank's place if a loss of its own clips is not finite, else 0: `[N]`. */
function astrayRanks(losses: tf.Tensor1D, { index, count }: RankPlace): tf.Tensor1D {
  const isOwn = tf.tensor1d(
    lossTerms.map((term) => !termsOfAll.includes(term)),
    'bool',
  );
  const own = tf.where(isOwn, losses, tf.zerosLike(losses));
  const isAstray = tf.sub(1, tf.cast(tf.all(tf.isFinite(own)), 'float32'));
  const place = Float32Array.from({ length: count }, (_, i) => Number(i === index));
  return tf.mul(tf.tensor1d(place), isAstray);
}
