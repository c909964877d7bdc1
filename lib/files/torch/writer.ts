import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { streamFileAtomic } from '../atomicWrite';
import { type TensorSource, byteLengthOf, bytesOf } from '../tensors/tensorSource';
import { type TensorPlace, encodeStateDict } from './pickleEncode';
import { metadataRecord } from './reader';

/** Earliest date of the zip format; a constant date makes files of equal content identical. */
const noTime = new Date(1980, 0, 1);
const recordOptions = { compress: false, mtime: noTime, forceDosTimestamp: true } as const;
/** Tensors are written in pieces of this size [bytes]. */
const chunkBytes = 2 ** 24;

/**
 * Writes a state dict as `torch.save` does, in its zip format, for `torch.load(path, weights_only=True)`. The
 * write is atomic and holds at most one tensor at a time in memory. A source under several names is written
 * once; PyTorch then loads tensors that share their values.
 *
 * @param metadata texts that this project's reader returns; PyTorch ignores them
 * @param onBytes called with the number of bytes of values written so far
 * @throws UserError if the file cannot be written; an older one then stays intact
 */
export async function writeTorchFile(
  path: string,
  tensors: ReadonlyMap<string, TensorSource>,
  metadata: Readonly<Record<string, string>> = {},
  onBytes: (done: number) => void = () => undefined,
): Promise<void> {
  const sources = [...new Set(tensors.values())];
  const keys = new Map(sources.map((source, index) => [source, String(index)]));
  const places = new Map(
    [...tensors].map(([name, source]): [string, TensorPlace] => [
      name,
      { key: keys.get(source)!, dtype: source.dtype, shape: source.shape },
    ]),
  );
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  const folder = basename(path, extname(path)) || 'archive';
  const addText = (name: string, content: string | Buffer) =>
    zip.addBuffer(Buffer.from(content), `${folder}/${name}`, recordOptions);
  addText('data.pkl', encodeStateDict(places));
  addText('byteorder', 'little');
  addText('.format_version', '1');
  if (Object.keys(metadata).length > 0) addText(metadataRecord, JSON.stringify(metadata));
  let done = 0;
  for (const [source, key] of keys) {
    const options = { ...recordOptions, size: byteLengthOf(source) };
    zip.addReadStreamLazy(`${folder}/data/${key}`, options, (callback) => {
      const chunks = chunksOf(key, source, (bytes) => onBytes((done += bytes)));
      const stream = Readable.from(chunks, { objectMode: false, highWaterMark: chunkBytes });
      stream.on('error', (error) => output.destroy(error));
      callback(null, stream);
    });
  }
  addText('version', '3\n');
  zip.end();
  await streamFileAtomic(path, output as AsyncIterable<Uint8Array>);
}

/** The bytes of a tensor, requested only when they are written. */
function* chunksOf(
  name: string,
  source: TensorSource,
  onChunk: (bytes: number) => void,
): Generator<Uint8Array> {
  const bytes = bytesOf(name, source);
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    yield chunk;
    onChunk(chunk.byteLength);
  }
}
