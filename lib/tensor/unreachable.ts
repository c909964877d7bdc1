import { tf } from './native';

/** The part of tfjs's engine where every tensor is registered and released; the package's types omit some of it. */
interface TensorTracker {
  trackTensor(tensor: tf.Tensor, backend?: tf.KernelBackend): void;
  disposeTensor(tensor: TrackedTensor): void;
}

/** The properties of a tensor that are needed to dispose it. */
type TrackedTensor = Pick<tf.Tensor, 'dataId' | 'dtype' | 'size'>;

/**
 * From now on, a tensor that becomes unreachable without having been disposed is disposed. By default tfjs keeps its
 * values until the process ends. That suits a program that disposes everything it creates, but not a notebook, where
 * running a cell again assigns new tensors to the same names.
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
