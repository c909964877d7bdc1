import assert from 'node:assert/strict';
import { tf } from 'xkd';
import { infoNce, mmd } from 'xkd/internal';
import { endForward } from 'xkd/dist/tensor/stage';
import { inPart } from 'xkd/dist/tensor/parts';
import { runOp } from 'xkd/dist/tensor/runOp';
import { type MakeInput, recordOps } from 'xkd/dist/tensor/shapes';

type Body = (x: tf.Tensor2D, y: tf.Tensor2D) => tf.Tensor | tf.Tensor[];

/** Functions of two matrices `[4, 6]`, each of which uses other ops. */
const functions: Record<string, Body> = {
  'element by element': (x, y) => tf.sqrt(tf.relu(tf.add(tf.mul(x, 2), tf.maximum(tf.neg(y), tf.exp(x))))),
  broadcasting: (x, y) => tf.sub(tf.expandDims(x, 1), tf.expandDims(y, 0)),
  comparing: (x, y) => tf.where(tf.logicalNot(tf.greater(x, y)), x, y),
  reducing: (x, y) => [
    tf.sum(x),
    tf.mean(x, -1, true),
    tf.max(y, 0),
    tf.argMax(y, 1),
    tf.sum(x, [0, 1], true),
  ],
  multiplying: (x, y) => [tf.matMul(x, y, false, true), tf.matMul(x, y, true, false)],
  'multiplying batches': (x, y) =>
    tf.matMul(tf.reshape(x, [2, 2, 6]), tf.reshape(y, [2, 6, 2])) as unknown as tf.Tensor,
  'cutting and joining': (x, y) => [
    tf.concat([x, y], -1),
    tf.stack([x, y], 1),
    ...tf.split(x, [1, 2, 3], 1),
    ...tf.split(y, 2),
    ...tf.unstack(x, 1),
    tf.slice(x, [1, 2], [-1, 3]),
    tf.pad(x, [
      [1, 2],
      [0, 3],
    ]),
  ],
  rearranging: (x, y) => [
    tf.transpose(x),
    tf.tile(y, [2, 3]),
    tf.expandDims(x, -1),
    tf.squeeze(tf.expandDims(x, 0)),
    tf.reshape(x, [2, -1]),
    tf.reverse(x),
  ],
  selecting: (x) => [
    tf.gather(x, tf.tensor1d([0, 0, 1], 'int32'), 1),
    tf.unsortedSegmentSum(x, tf.tensor1d([0, 2, 1, 0], 'int32'), 3),
    tf.oneHot(tf.tensor1d([0, 1], 'int32'), 3),
  ],
  making: (x) => [tf.onesLike(x), tf.zerosLike(x), tf.fill([2, 3], 1), tf.cast(x, 'int32'), tf.eye(3)],
  'probabilities and losses': (x, y) => [tf.softmax(x), tf.logSoftmax(y), mmd(x, y), infoNce(x, y, 0.1)],
};

describe('a record of shapes', () => {
  for (const [name, compute] of Object.entries(functions)) {
    it(`has the shapes and types of computed tensors: ${name}`, () => {
      const described = (result: tf.Tensor | tf.Tensor[]) =>
        [result].flat().map(({ shape, dtype }) => [shape, dtype]);
      const computed = tf.tidy(() => {
        const result = described(compute(tf.ones([4, 6]), tf.ones([4, 6])));
        return result as unknown as tf.TensorContainer;
      }) as unknown as ReturnType<typeof described>;
      let recorded: ReturnType<typeof described> = [];
      recordOps((input) => {
        const result = compute(input([4, 6]) as tf.Tensor2D, input([4, 6]) as tf.Tensor2D);
        recorded = described(result);
        return result;
      });
      assert.deepEqual(recorded, computed);
    });
  }

  it('leaves out ops that contribute to no result', () => {
    const ops = recordOps((input) => {
      const x = input([3]);
      tf.exp(x);
      return tf.neg(tf.reshape(tf.square(x), [3, 1]));
    });
    assert.deepEqual(
      ops.map(({ op, outputs }) => [op, outputs[0].shape]),
      [
        ['Square', [3]],
        ['Neg', [3, 1]],
      ],
    );
  });

  it('puts the gradient of an op in the part of the op', () => {
    const body = (input: MakeInput) => {
      const [x, y] = [input([2, 3]), input([3, 4])];
      const { grads } = tf.engine().gradients(() => {
        const product = inPart('product', () => tf.matMul(x, y));
        const sum = inPart('loss', () => tf.sum(inPart('power', () => tf.exp(product))));
        endForward();
        return sum as tf.Scalar;
      }, [x, y]);
      return grads;
    };
    const parts = (isBackward: boolean) => [
      ...new Set(recordOps(body).flatMap((op) => (op.isBackward === isBackward && op.part ? [op.part] : []))),
    ];
    assert.deepEqual(parts(false), ['product', 'power']); // The sum itself is not needed for its gradient.
    assert.deepEqual(parts(true), ['loss', 'power', 'product']);
    const products = recordOps(body).filter(({ op }) => op === 'BatchMatMul');
    assert.deepEqual(
      products.map(({ part, isBackward }) => [part, isBackward]),
      [
        ['product', false],
        ['product', true],
        ['product', true],
      ],
    );
  });

  it('tells what cannot be recorded, and restores the backend', () => {
    const backend = tf.getBackend();
    assert.throws(() => recordOps((input) => input([2]).dataSync()), /read the values of a tensor/);
    assert.throws(() => recordOps((input) => runOp('Dawsn', [input([2])], {})), /shapes of Dawsn/);
    assert.equal(tf.getBackend(), backend);
    assert.deepEqual([...tf.tidy(() => tf.add(1, 2).dataSync())], [3]);
  });
});
