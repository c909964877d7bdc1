import { tf } from '../native';

/** Where the values of a tensor lie that lives in a session. */
export interface Home {
  /** Copies the values out. @throws Error when they are gone */
  read(dataId: object): tf.BackendValues;
}

/** A tensor on its way to another home. */
export interface Adopted {
  readonly values: tf.BackendValues;
  /** Tells where its values lie from now on. */
  arrive(home: Home): void;
}

/**
 * Holds tensors whose values lie in variables of a native session. They are tensors like all others: tfjs fetches the
 * values of one when somebody reads it, or moves it to the ordinary backend when an op uses it.
 */
class ResidentBackend extends tf.KernelBackend {
  private readonly homes = new Map<object, Home>();

  add(home: Home, shape: number[], dtype: tf.DataType): tf.Tensor {
    const dataId = {};
    this.homes.set(dataId, home);
    // No other backend counts references to it: whatever would share it moves it first.
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, this);
  }

  /** Takes a tensor over from the ordinary backend, with its values until they have a home. */
  adopt(dataId: object): Adopted {
    tf.engine().moveData(this, dataId);
    const values = this.homes.get(dataId)!.read(dataId);
    return { values, arrive: (home) => this.homes.set(dataId, home) };
  }

  override move(dataId: object, values: tf.BackendValues): void {
    this.homes.set(dataId, { read: () => values });
  }

  has(dataId: object): boolean {
    return this.homes.has(dataId);
  }

  override readSync(dataId: object): tf.BackendValues {
    return this.homes.get(dataId)!.read(dataId);
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override refCount(dataId: object): number {
    return this.homes.has(dataId) ? 1 : 0;
  }

  override disposeData(dataId: object): boolean {
    this.homes.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.homes.size;
  }
}

const backend = new ResidentBackend();

/** A tensor whose values lie elsewhere until they are needed. */
export function makeResident(home: Home, shape: readonly number[], dtype: tf.DataType): tf.Tensor {
  return backend.add(home, [...shape], dtype);
}

/** Takes a tensor from the ordinary backend; should its values never arrive elsewhere, then they are still there. */
export function adoptResident(dataId: object): Adopted {
  return backend.adopt(dataId);
}

/** Whether somebody still has the tensor, and its values have not been moved to the ordinary backend. */
export function isResident(dataId: object): boolean {
  return backend.has(dataId);
}

/** Moves the values to the ordinary backend. */
export function settle(dataId: object): void {
  tf.engine().moveData(tf.backend(), dataId);
}
