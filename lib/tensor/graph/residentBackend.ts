import { tf } from '../native';

/** Where the values of a tensor lie that lives in a session. */
export interface Home {
  /** Copies the values out. @throws Error when they are gone */
  read(dataId: object): tf.BackendValues;
}

/**
 * Holds tensors whose values lie in variables of a native session. They are tensors like all others: tfjs fetches the
 * values of one when somebody reads it, or moves it to the ordinary backend when an op uses it.
 */
class ResidentBackend extends tf.KernelBackend {
  private readonly homes = new Map<object, Home>();
  private moving: { home: Home; write: (values: tf.BackendValues) => void } | null = null;

  add(home: Home, shape: number[], dtype: tf.DataType): tf.Tensor {
    const dataId = {};
    this.homes.set(dataId, home);
    // No other backend counts references to it: whatever would share it moves it first.
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, this);
  }

  /** Takes a tensor over from the ordinary backend. */
  adopt(dataId: object, home: Home, write: (values: tf.BackendValues) => void): void {
    this.moving = { home, write };
    try {
      tf.engine().moveData(this, dataId);
    } finally {
      this.moving = null;
    }
  }

  override move(dataId: object, values: tf.BackendValues): void {
    // Should writing fail, then the values are still there.
    this.homes.set(dataId, { read: () => values });
    this.moving!.write(values);
    this.homes.set(dataId, this.moving!.home);
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

/** Moves a tensor to where `write` puts its values. */
export function adoptResident(dataId: object, home: Home, write: (values: tf.BackendValues) => void): void {
  backend.adopt(dataId, home, write);
}

/** Whether somebody still has the tensor, and its values have not been moved to the ordinary backend. */
export function isResident(dataId: object): boolean {
  return backend.has(dataId);
}

/** Moves the values to the ordinary backend. */
export function settle(dataId: object): void {
  tf.engine().moveData(tf.backend(), dataId);
}
