import type { XkdConfig } from '../../config';
import type { ParameterSpec } from '../../model';
import { type LerpFactors, lerp, lerpFactors } from '../../tensor/lerp';
import { chunkNames, joinFlat, splitFlat } from '../../tensor/chunks';
import { fusedAdamw, hasFusedOps } from '../../tensor/fusedOps';
import { stage, stageValues } from '../../tensor/stage';
import { tf } from '../../tensor/native';
import type { StateTensors, UpdateCounts } from '../state/state';

/** Factors of one AdamW update. */
export interface AdamwFactors<N = tf.Scalar> {
  /** 1 - learning rate x weight decay */
  readonly keep: N;
  /** beta1 and 1 - beta1, for the first moment */
  readonly first: LerpFactors<N>;
  /** beta2 and 1 - beta2, for the second moment */
  readonly second: LerpFactors<N>;
  readonly epsilon: N;
  readonly lastLayer: BiasCorrected<N>;
  readonly others: BiasCorrected<N>;
}

interface BiasCorrected<N> {
  /** learning rate / (1 - beta1^n) */
  readonly stepSize: N;
  /** 1 / sqrt(1 - beta2^n) */
  readonly rootFactor: N;
}

/** Properties of a parameter that determine its update. */
export type UpdateKind = Pick<ParameterSpec, 'decayed' | 'lastLayer'>;

/** Factors of the next update, given the number of updates so far. */
export function adamwFactors(
  { beta1, beta2, epsilon, weightDecay }: XkdConfig['optimiser'],
  learningRate: number,
  counts: UpdateCounts,
): AdamwFactors<number> {
  const corrected = (count: number): BiasCorrected<number> => ({
    stepSize: learningRate / (1 - beta1 ** (count + 1)),
    rootFactor: 1 / Math.sqrt(1 - beta2 ** (count + 1)),
  });
  return {
    keep: 1 - learningRate * weightDecay,
    first: lerpFactors(beta1),
    second: lerpFactors(beta2),
    epsilon,
    lastLayer: corrected(counts.lastLayer),
    others: corrected(counts.others),
  };
}

/**
 * AdamW for the parameters that have a gradient; the others stay unchanged, without decay, as in PyTorch:
 * w = w (1 - lr decay) - lr m' / (sqrt(v') + epsilon), where m' and v' are bias-corrected for their start at 0.
 *
 * @param clip factors of the gradients that are clipped
 * @param kinds kinds of all parameters that have a gradient
 * @returns new weights and moments of those parameters
 */
export function adamw(
  tensors: StateTensors,
  gradients: ReadonlyMap<string, tf.Tensor>,
  clip: ReadonlyMap<string, tf.Scalar>,
  factors: AdamwFactors,
  kinds: ReadonlyMap<string, UpdateKind>,
): StateTensors {
  const update = hasFusedOps() ? updateFused : updateByChunks;
  return update(tensors, gradients, clip, factors, kinds);
}

/** Updates each parameter in one op. */
const updateFused: typeof adamw = (tensors, gradients, clip, factors, kinds) => {
  const updated: StateTensors = { weights: new Map(), first: new Map(), second: new Map() };
  const one = tf.scalar(1);
  const packed = new Map<string, tf.Tensor>();
  const pack = (decayed: boolean, { stepSize, rootFactor }: BiasCorrected<tf.Scalar>) => {
    const { first, second, epsilon } = factors;
    const keep = decayed ? factors.keep : one;
    return tf.stack([first.keep, first.take, second.keep, second.take, keep, rootFactor, epsilon, stepSize]);
  };
  let values = 0;
  for (const [name, gradient] of gradients) {
    const [weight, first, second] = [tensors.weights, tensors.first, tensors.second].map((group) =>
      group.get(name)!,
    );
    const { decayed, lastLayer } = kinds.get(name)!;
    const kind = `${decayed} ${lastLayer}`;
    if (!packed.has(kind)) packed.set(kind, pack(decayed, lastLayer ? factors.lastLayer : factors.others));
    if (values === 0 || values > stageValues) {
      stage();
      values = 0;
    }
    values += weight.size;
    const fresh = fusedAdamw({ weight, first, second }, gradient, clip.get(name) ?? one, packed.get(kind)!);
    updated.weights.set(name, fresh.weight);
    updated.first.set(name, fresh.first);
    updated.second.set(name, fresh.second);
  }
  return updated;
};

/** Updates op by op, with small parameters concatenated. */
const updateByChunks: typeof adamw = (tensors, gradients, clip, factors, kinds) => {
  const updated: StateTensors = { weights: new Map(), first: new Map(), second: new Map() };
  const weight = (name: string) => tensors.weights.get(name)!;
  const kind = (name: string) => `${kinds.get(name)!.decayed} ${kinds.get(name)!.lastLayer}`;
  for (const names of chunkNames([...gradients.keys()], (name) => weight(name).size, kind)) {
    stage(); // One chunk's values at a time.
    const old = names.map(weight);
    const join = (group: ReadonlyMap<string, tf.Tensor>) => joinFlat(names.map((name) => group.get(name)!));
    const clipped = (name: string) => {
      const factor = clip.get(name);
      return factor === undefined ? gradients.get(name)! : tf.mul(gradients.get(name)!, factor);
    };
    const { decayed: isDecayed, lastLayer } = kinds.get(names[0])!;
    const { stepSize, rootFactor } = lastLayer ? factors.lastLayer : factors.others;
    // Intermediate results of a group are disposed before the next group starts: all of them together would take 10 GB.
    const [weights, first, second] = tf.tidy(() => {
      const gradient = joinFlat(names.map(clipped));
      const m = lerp(join(tensors.first), gradient, factors.first);
      const v = lerp(join(tensors.second), tf.square(gradient), factors.second);
      const denominator = tf.add(tf.mul(tf.sqrt(v), rootFactor), factors.epsilon);
      const change = tf.mul(tf.div(m, denominator), stepSize);
      const flat = joinFlat(old);
      const decayed = isDecayed ? tf.mul(flat, factors.keep) : flat;
      return [tf.sub(decayed, change), m, v].map((value) => splitFlat(value, old));
    });
    names.forEach((name, i) => {
      updated.weights.set(name, weights[i]);
      updated.first.set(name, first[i]);
      updated.second.set(name, second[i]);
    });
  }
  return updated;
};
