import { UserError } from '../../errors';
import { parseHeader, type SafetensorsHeader } from './safetensorsHeader';
import { decodeValues, typeOf } from './tensorCodec';
import type { StoredTensor } from './tensorFile';

/** A safetensors file that lies in memory, as in a browser. */
export class TensorsInMemory {
  private readonly header: SafetensorsHeader;

  /** @throws HeaderError, UnreadType if the bytes are not such a file */
  constructor(private readonly bytes: ArrayBuffer) {
    const length = Number(new DataView(bytes).getBigUint64(0, true));
    this.header = parseHeader(new Uint8Array(bytes, 8, length), bytes.byteLength);
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.header.metadata;
  }

  names(): string[] {
    return [...this.header.entries.keys()];
  }

  has(name: string): boolean {
    return this.header.entries.has(name);
  }

  /** @throws UserError if there is no such tensor, or of a type that is not read */
  read(name: string): StoredTensor {
    const entry = this.header.entries.get(name);
    if (entry === undefined) throw new UserError(`There is no tensor "${name}".`);
    const { dtype, shape, offset, byteLength } = entry;
    const data = decodeValues(dtype, this.bytes.slice(offset, offset + byteLength));
    if (data === null) throw new UserError(`"${name}" has values of type ${dtype}, which are not read here.`);
    return { dtype: typeOf(data), shape, data };
  }
}
