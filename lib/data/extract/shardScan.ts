import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { parseTarHeader, tarBlock, tarPadded } from '../../files/tar';
import { framePlace, recordSchema, sampleBytes, type ClipRecord } from '../stored/record';
import { hashOfRange, memberKey, type WrittenClip } from './shardWriter';

/** The complete clips of a shard, up to the first incomplete one. */
export interface ShardScan {
  readonly clips: readonly WrittenClip[];
  /** End of these clips [bytes]. */
  readonly end: number;
}

/** Reads a shard from its start and checks every byte, to continue it or to restore its description. */
export function scanShard(path: string): ShardScan {
  const file = openSync(path, 'r');
  const clips: WrittenClip[] = [];
  let end = 0;
  try {
    for (let clip = nextClip(file, end); clip !== null; clip = nextClip(file, end)) {
      clips.push(clip);
      end += clip.length;
    }
  } finally {
    closeSync(file);
  }
  return { clips, end };
}

/** Null if there is no complete clip. */
function nextClip(file: number, start: number): WrittenClip | null {
  for (let at = start; ;) {
    const header = readBytes(file, at, tarBlock);
    const member = header && parseTarHeader(header);
    if (!member) return null;
    const next = at + tarBlock + tarPadded(member.bytes);
    if (member.name.endsWith('.json')) {
      const text = readBytes(file, at + tarBlock, member.bytes);
      const record = text && parseRecord(text);
      if (!record || !readBytes(file, next - 1, 1) || member.name !== `${memberKey(record.position)}.json`)
        return null;
      if (!isSound(file, start, record)) return null;
      const length = next - start;
      const recordPlace = { offset: at + tarBlock, bytes: text.length, checksum: crc32(text) };
      return { record, offset: start, length, sha256: hashOfRange(file, start, length), recordPlace };
    }
    at = next;
  }
}

/** Parses a record; null if the text is not one. */
export function parseRecord(text: Buffer): ClipRecord | null {
  try {
    return recordSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return null;
  }
}

/** True if frames and sound are as they were written. */
function isSound(file: number, start: number, { frames, sound }: ClipRecord): boolean {
  const agrees = (offset: number, bytes: number, checksum: number): boolean => {
    const found = readBytes(file, start + offset, bytes);
    return found !== null && crc32(found) === checksum;
  };
  if (frames) {
    for (let i = 0; i < frames.count; i++) {
      const place = framePlace(frames, i);
      if (!agrees(place.offset, place.bytes, frames.checksums[i])) return false;
    }
  }
  if (!sound) return true;
  const sampleSize = sampleBytes[sound.encoding];
  return sound.checksums.every((checksum, i) => {
    const first = i * sound.blockSamples;
    const samples = Math.min(sound.blockSamples, sound.samples - first);
    return agrees(sound.offset + first * sampleSize, samples * sampleSize, checksum);
  });
}

function readBytes(file: number, offset: number, bytes: number): Buffer | null {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at < bytes;) {
    const count = readSync(file, buffer, at, bytes - at, offset + at);
    if (count === 0) return null;
    at += count;
  }
  return buffer;
}
