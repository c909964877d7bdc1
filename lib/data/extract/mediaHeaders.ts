/** Size of {@link npyHeader} [bytes]. */
export const npyHeaderBytes = 128;

/** Header that makes the pixels `[n, H, W, 3]` after it a file that numpy opens. */
export function npyHeader(shape: readonly number[]): Buffer {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const header = Buffer.alloc(npyHeaderBytes, ' ');
  header.write('\x93NUMPY\x01\x00', 0, 'latin1');
  header.writeUInt16LE(npyHeaderBytes - 10, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', npyHeaderBytes - 1, 'latin1');
  return header;
}

export interface WavFormat {
  readonly encoding: 'float32' | 'int16';
  readonly sampleRateHz: number;
  readonly samples: number;
}

/** Size of {@link wavHeader} [bytes]. */
export const wavHeaderBytes = 44;

/** Header that makes the mono samples after it a sound file. */
export function wavHeader({ encoding, sampleRateHz, samples }: WavFormat): Buffer {
  const bytes = encoding === 'float32' ? 4 : 2;
  const header = Buffer.alloc(wavHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(wavHeaderBytes - 8 + bytes * samples, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(encoding === 'float32' ? 3 : 1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * bytes, 28);
  header.writeUInt16LE(bytes, 32);
  header.writeUInt16LE(8 * bytes, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(bytes * samples, 40);
  return header;
}
