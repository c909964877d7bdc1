import { closeSync, openSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { BadMedia } from '../../media';
import { extractedStreams, type ExtractedStreams } from '../extract/extractedStreams';
import { JpegDecoder } from '../stored/jpegDecoder';
import { hashOfRange } from '../extract/shardWriter';
import { damagedIn } from '../stored/openShards';
import { StoredReader } from '../stored/storedReader';
import type { BadFile, Dataset, MediaEntry, StoredClip, StoredForm } from '../types';
import { isSilent, peakOf, PictureLook } from './content';
import type { OpenFilesArgs } from './openFiles';
import type { OpenedFiles } from './survey';
import type { FileContent, FileTraits } from './traits';

/** Knowledge about an extracted data set, clip by clip. */
export interface ExtractedFiles {
  /** Null if shards were not read. */
  readonly opened: OpenedFiles | null;
  /** In the order of the clips; null for unusable clips. */
  readonly traits: readonly (FileTraits | null)[];
  /** SHA-256 of the originals. */
  readonly digests: readonly (string | null)[];
}

/**
 * Reads the manifest of an extracted data set. With `decode`, the clips' bytes are verified against the
 * SHA-256 in the manifest, and pictures and sound are read as training reads them.
 *
 * @returns null if it was stopped by the signal
 */
export async function openExtractedFiles(
  dataset: Dataset,
  args: OpenFilesArgs,
): Promise<ExtractedFiles | null> {
  const streams = extractedStreams(dataset.root);
  const digests = streams.map(({ sha256 }) => sha256);
  const contents: (FileContent | null)[] = streams.map(() => null);
  const broken = new Map<number, BadFile>();
  if (args.decode) {
    const jpegs = new JpegDecoder();
    for (const [i, entry] of dataset.entries.entries()) {
      if (args.signal?.aborted) return null;
      try {
        contents[i] = readClip(entry, streams[i], jpegs);
      } catch (error) {
        if (!(error instanceof BadMedia)) throw error;
        broken.set(i, { path: entry.path, reason: error.reason });
      }
      args.onProgress?.(i + 1, streams.length, broken.size);
      await setImmediate();
    }
  }
  const traits = dataset.entries.map(({ stored }, i) => {
    const isUsable = stored && streams[i].error === null && !broken.has(i);
    return isUsable ? traitsOf(streams[i], stored.form, contents[i]) : null;
  });
  return { opened: args.decode ? sum(streams, [...broken.values()]) : null, traits, digests };
}

/** Clips of several minutes are read in parts of this length [s]. */
const partSeconds = 30;

/**
 * @returns null if the original was unusable, which is reported separately
 * @throws BadMedia if the clip was damaged after extraction
 */
function readClip(
  { path, stored }: MediaEntry,
  { frames, samples }: ExtractedStreams,
  jpegs: JpegDecoder,
): FileContent | null {
  if (!stored || 'error' in stored) return null;
  requireSameBytes(path, stored);
  const { form } = stored;
  const look = new PictureLook();
  let peak = 0;
  const frameCount = Math.ceil(partSeconds * form.framesPerSecond);
  const sampleCount = Math.ceil(partSeconds * form.sampleRateHz);
  const reading = { config: { clip: form }, wholeSeconds: Infinity, frameCount, sampleCount, jpegs };
  for (let start = 0; start < frames; start += frameCount) {
    const count = Math.min(frameCount, frames - start);
    const reader = new StoredReader({ ...reading, modalities: ['video'], frameCount: count });
    const window = reader.read({ path }, stored, () => start);
    const size = window.height * window.width * 3;
    for (let i = 0; i < count; i++) look.push(window.frames.subarray(i * size, (i + 1) * size));
  }
  const ticks = Math.ceil((samples / form.sampleRateHz) * form.framesPerSecond);
  for (let start = 0; start < ticks; start += frameCount) {
    const reader = new StoredReader({ ...reading, modalities: ['audio'] });
    peak = Math.max(peak, peakOf(reader.read({ path }, stored, () => start).waveform));
  }
  const { still, black } = look;
  return {
    silent: samples > 0 && isSilent(peak),
    cancelling: false,
    still,
    black,
    packets: 0,
    damagedPackets: 0,
  };
}

/** @throws BadMedia if the content of the shard differs from what was written */
function requireSameBytes(
  path: string,
  { shard, offset, length, sha256 }: Exclude<StoredClip, { error: string }>,
): void {
  const file = openSync(shard, 'r');
  try {
    if (hashOfRange(file, offset, length) !== sha256) throw damagedIn(path, shard);
  } finally {
    closeSync(file);
  }
}

function traitsOf(
  { frames, samples, durationSeconds }: ExtractedStreams,
  form: StoredForm,
  content: FileContent | null,
): FileTraits {
  return {
    usableSeconds: durationSeconds,
    videoSeconds: frames > 0 ? frames / form.framesPerSecond : null,
    audioSeconds: samples > 0 ? samples / form.sampleRateHz : null,
    videoTrack: null,
    audioTrack: null,
    hdr: false,
    interlaced: false,
    content,
  };
}

function sum(streams: readonly ExtractedStreams[], broken: readonly BadFile[]): OpenedFiles {
  const usable = streams.filter(({ error }) => error === null);
  return {
    files: streams.length,
    withoutSound: usable.filter(({ samples }) => samples === 0).length,
    withoutPictures: usable.filter(({ frames }) => frames === 0).length,
    totalSeconds: usable.reduce((total, { durationSeconds }) => total + (durationSeconds ?? 0), 0),
    broken,
    decoded: true,
  };
}
