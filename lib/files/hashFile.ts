import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const blockBytes = 2 ** 20;

/**
 * Size and SHA-256 of a file's content.
 *
 * @throws the system's error if it cannot be read
 */
export async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const block of createReadStream(path, { highWaterMark: blockBytes })) {
    hash.update(block as Buffer);
    bytes += (block as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
