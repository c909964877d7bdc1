import { createHash } from 'node:crypto';
import { UserError } from '../errors';
import type { World } from './world';

const hashBytes = 16;

/**
 * Checks that all ranks have the same values, by their hashes: the values themselves are never sent.
 *
 * @param values by name, as they are called in messages
 * @throws UserError naming the first rank whose value differs from that of rank 0
 */
export async function requireSameOnAll(
  world: World,
  values: readonly (readonly [name: string, value: unknown])[],
): Promise<void> {
  const names = hash(values.map(([name]) => name));
  const own = values.map(([, value]) => hash(value));
  // Hashes of the names first: only then are the lists of values equally long.
  await compare(world, [names], () => 'another version of this program');
  await compare(world, own, (at) => `another ${values[at][0]}`);
}

async function compare(world: World, own: readonly Uint8Array[], differs: (at: number) => string) {
  const all = await world.exchange(Buffer.concat(own));
  all.forEach((theirs, rank) => {
    const at = own.findIndex((_, i) => !equal(part(theirs, i), part(all[0], i)));
    if (at < 0) return;
    throw new UserError(
      `${world.nameOf(rank)} has ${differs(at)} than ${world.nameOf(0)}; start all processes from the same version, with the same command and the same clips.`,
    );
  });
}

function part(hashes: Uint8Array, at: number): Uint8Array {
  return hashes.subarray(at * hashBytes, (at + 1) * hashBytes);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}

function hash(value: unknown): Uint8Array {
  const text = JSON.stringify(value) ?? 'undefined';
  return createHash('sha256').update(text).digest().subarray(0, hashBytes);
}
