import { tf } from '../native';

/** Where the values of a session-resident tensor are stored. */
export interface Home {
  /** Copies the values out. @throws Error if they no longer exist */
  read(dataId: object): tf.BackendValues;
}

/** A tensor whose values are being moved. */
export interface Adopted {
  readonly values: tf.BackendValues;
  /** Sets where the values are stored from now on. */
  arrive(home: Home): void;
}

/**
 * Backend for tensors whose values are stored in variables of a native session. They can be used like any other tensor:
 * tfjs fetches the values when the tensor is read, and moves them to the ordinary backend when an op uses it.
 */
class ResidentBackend extends tf.KernelBackend {
  private readonly homes = new Map<object, Home>();

  add(home: Home, shape: number[], dtype: tf.DataType): tf.Tensor {
    const dataId = {};
    this.homes.set(dataId, home);
    // No other backend counts references to it: sharing it moves it first.
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, this);
  }

  /** Takes over a tensor from the ordinary backend, and keeps its values until they are stored elsewhere. */
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

/** A tensor whose values are stored elsewhere until they are needed. */
export function makeResident(home: Home, shape: readonly number[], dtype: tf.DataType): tf.Tensor {
  return backend.add(home, [...shape], dtype);
}

/** Takes over a tensor from the ordinary backend. If its values never arrive elsewhere, they are not lost. */
export function adoptResident(dataId: object): Adopted {
  return backend.adopt(dataId);
}

/** True if the tensor still exists, and its values have not been moved to the ordinary backend. */
export function isResident(dataId: object): boolean {
  return backend.has(dataId);
}

/** Moves the values to the ordinary backend. */
export function settle(dataId: object): void {
  tf.engine().moveData(tf.backend(), dataId);
}
