import { tf } from './native';

/** The part of tfjs's engine through which every tensor comes and goes; the package keeps some of it out of its types. */
interface TensorTracker {
  trackTensor(tensor: tf.Tensor, backend?: tf.KernelBackend): void;
  disposeTensor(tensor: TrackedTensor): void;
}

/** What is needed of a tensor to dispose it. */
type TrackedTensor = Pick<tf.Tensor, 'dataId' | 'dtype' | 'size'>;

/**
 * From now on a tensor is disposed when nobody has it any more, should nobody have disposed it before. tfjs by itself keeps
 * its values until the process ends, which suits a program that disposes all it makes, but not a notebook: whoever runs a
 * cell again puts new tensors under the names of the old ones.
 */
export function freeUnreachableTensors(): void {
  const engine = tf.engine() as unknown as TensorTracker;
  const { trackTensor, disposeTensor } = engine;
  const unreachable = new FinalizationRegistry<TrackedTensor>((tensor) => disposeTensor.call(engine, tensor));
  engine.trackTensor = (tensor, backend) => {
    trackTensor.call(engine, tensor, backend);
    const { dataId, dtype, size } = tensor;
    unreachable.register(tensor, { dataId, dtype, size }, tensor);
  };
  engine.disposeTensor = (tensor) => {
    unreachable.unregister(tensor);
    disposeTensor.call(engine, tensor);
  };
}
