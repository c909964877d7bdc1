import { createHash } from 'node:crypto';

/*
 * The seal of a file: hashes in its metadata that let a later reader verify that nothing has changed. The
 * metadata's hash covers all other metadata, including the tensors' hashes.
 */

/** Metadata entries with the hashes. */
export interface Seal {
  /** SHA-256 of each tensor's bytes in hexadecimal, as JSON by name. */
  readonly sha256: string;
  /** SHA-256 of all other metadata. */
  readonly sha256OfMetadata: string;
}

type Metadata = Readonly<Record<string, string>>;

export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The seal of the metadata and of tensors with these hashes. */
export function sealOf(metadata: Metadata, hashes: ReadonlyMap<string, string>): Seal {
  const sha256 = JSON.stringify(Object.fromEntries(hashes));
  return { sha256, sha256OfMetadata: hashOf(canonical({ ...metadata, sha256 })) };
}

/** A seal of the same length as that of the same tensors, with zeros for hashes. */
export function emptySeal(metadata: Metadata, names: Iterable<string>): Seal {
  const zeros = '0'.repeat(64);
  return { ...sealOf(metadata, new Map([...names].map((name) => [name, zeros]))), sha256OfMetadata: zeros };
}

/**
 * The tensors' hashes, or null for a file without a seal.
 *
 * @throws Error with the end of a sentence if the metadata differ from those that were sealed
 */
export function readSeal(metadata: Metadata): ReadonlyMap<string, string> | null {
  const { sha256OfMetadata, ...sealed } = metadata;
  if (sha256OfMetadata === undefined) return null;
  if (hashOf(canonical(sealed)) !== sha256OfMetadata) throw new Error('its metadata have changed');
  return new Map(Object.entries(JSON.parse(sealed.sha256) as Record<string, string>));
}

function canonical(metadata: Metadata): string {
  return JSON.stringify(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
}
