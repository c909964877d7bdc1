import { storageTypes } from './tensorTypes';
import { UnreadableTensor } from './opaque';
import { PickleError } from './pickleInput';
import type { PersistentLoad } from './pickleMachine';
import { PickleGlobal, type PickleValue, StorageRef } from './pickleValues';

/**
 * PyTorch's references to values outside the pickle: `('storage', type, key, device, size)`. In old files
 * there is a sixth element, which is None or `(key, start, size)` of a view.
 *
 * @param storages filled with whole storages by key
 */
export function storagesFrom(storages: Map<string, StorageRef>): PersistentLoad {
  return (id) => {
    // Old files also store the source text of a network's class: ('module', class, file, text).
    if (Array.isArray(id) && id[0] === 'module' && id[1] instanceof PickleGlobal) return id[1];
    if (!Array.isArray(id) || id[0] !== 'storage' || id.length < 5 || id.length > 6) {
      throw new PickleError('it refers to something that is not a storage');
    }
    const [, type, key, , recordSize, view] = id;
    const dtype = type instanceof PickleGlobal ? storageTypes[type.name] : undefined;
    if (dtype === undefined && type instanceof PickleGlobal) return new UnreadableTensor(`a ${type.name}`);
    if (dtype === undefined || typeof key !== 'string' || !isSize(recordSize)) {
      throw new PickleError('it describes a storage in a way that makes no sense');
    }
    const whole = storages.get(key) ?? new StorageRef({ key, dtype, recordSize, start: 0, size: recordSize });
    if (whole.dtype !== dtype || whole.recordSize !== recordSize) {
      throw new PickleError(`it describes storage "${key}" in two ways`);
    }
    storages.set(key, whole);
    return Array.isArray(view) ? part(whole, view) : whole;
  };
}

function part(whole: StorageRef, view: readonly PickleValue[]): StorageRef {
  const [, start, size] = view;
  if (!isSize(start) || !isSize(size) || start + size > whole.size) {
    throw new PickleError('a part of a storage lies outside it');
  }
  return new StorageRef({ ...whole, start, size });
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
