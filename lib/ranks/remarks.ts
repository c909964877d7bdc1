import type { World } from './world';
import { decodeText, encodeText } from './texts';

/** A sentence of a rank, with numbers that go with it. */
export interface Remark {
  readonly numbers: readonly [number, number, number];
  readonly text: string;
}

const textBytes = 256;
const numberBytes = 3 * Float64Array.BYTES_PER_ELEMENT;
const remarkBytes = numberBytes + textBytes;

/** The remarks of every rank. Their number is told first, so that the length of what is received is known. */
export async function exchangeRemarks(world: World, own: readonly Remark[]): Promise<Remark[][]> {
  const counts = (await world.exchangeNumbers([own.length])).map(([count]) => count);
  const most = Math.max(...counts);
  if (most === 0) return counts.map(() => []);
  const bytes = new Uint8Array(most * remarkBytes);
  own.forEach(({ numbers, text }, i) => {
    bytes.set(new Uint8Array(Float64Array.from(numbers).buffer), i * remarkBytes);
    bytes.set(encodeText(text, textBytes), i * remarkBytes + numberBytes);
  });
  const all = await world.exchange(bytes);
  return all.map((theirs, rank) => Array.from({ length: counts[rank] }, (_, i) => decode(theirs, i)));
}

function decode(bytes: Uint8Array, at: number): Remark {
  const part = bytes.slice(at * remarkBytes, (at + 1) * remarkBytes);
  const [a, b, c] = new Float64Array(part.buffer, 0, 3);
  return { numbers: [a, b, c], text: decodeText(part.subarray(numberBytes)) };
}
