import type { StoredType } from '../tensors/safetensorsHeader';

/**
 * Value types of storages, by the names of PyTorch's classes. For an untyped storage, its tensors give the
 * type.
 */
export const storageTypes: Readonly<Record<string, StoredType>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.ComplexFloatStorage': 'C64',
  'torch.storage.UntypedStorage': 'U8',
};

/** Value types of tensors, by PyTorch's names. */
export const tensorTypes: Readonly<Record<string, StoredType>> = {
  'torch.float64': 'F64',
  'torch.float32': 'F32',
  'torch.float16': 'F16',
  'torch.bfloat16': 'BF16',
  'torch.float8_e4m3fn': 'F8_E4M3',
  'torch.float8_e5m2': 'F8_E5M2',
  'torch.int64': 'I64',
  'torch.int32': 'I32',
  'torch.int16': 'I16',
  'torch.int8': 'I8',
  'torch.uint64': 'U64',
  'torch.uint32': 'U32',
  'torch.uint16': 'U16',
  'torch.uint8': 'U8',
  'torch.bool': 'BOOL',
  'torch.complex64': 'C64',
};

/** Names of other types as in safetensors files, used in messages. */
const otherTypes: Readonly<Record<string, string>> = {
  'torch.float8_e8m0fnu': 'F8_E8M0',
  'torch.float4_e2m1fn_x2': 'F4',
  'torch.float8_e4m3fnuz': 'F8_E4M3FNUZ',
  'torch.float8_e5m2fnuz': 'F8_E5M2FNUZ',
};

/** Name of an unsupported type, for messages. */
export function otherType(name: string): string {
  return otherTypes[name] ?? name;
}
