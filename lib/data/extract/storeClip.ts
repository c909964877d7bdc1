import { hashFile } from '../../files/hashFile';
import { machineLimit } from '../../machineLimit';
import { BadMedia } from '../../media';
import { JpegSplitter } from '../../media/ffmpeg/jpegSplitter';
import { PictureParser } from '../../media/ffmpeg/pictureParser';
import { SampleReader } from '../../media/ffmpeg/sampleReader';
import type { ScannedMedia } from '../../media/probe';
import { streamFile } from '../../media/streams';
import { trackFlags, trackNotes, type TrackNote } from '../loader/trackNotes';
import type { MediaEntry } from '../types';
import type { OriginalClip } from './entries';
import type { StoredForm } from '../types';
import type { ClipWriter, ShardWriter, WrittenClip } from './shardWriter';
import { reasonOf, stretchOf } from '../loader/stretch';

/** A clip to store. */
export interface ClipToStore {
  readonly position: number;
  readonly clip: OriginalClip;
  readonly entry: MediaEntry;
}

export interface StoreArgs {
  readonly writer: ShardWriter;
  readonly form: StoredForm;
  /** Socket of the host that starts ffmpeg. */
  readonly host?: string;
  /** Called with remarks on each file. */
  readonly onNote?: (note: TrackNote) => void;
}

/**
 * Decodes a whole file (or the selected part of it) into a shard, with whatever pictures and sound it has.
 * For an unusable file, it writes a record with the reason.
 */
export async function storeClip(
  { position, clip, entry }: ClipToStore,
  args: StoreArgs,
): Promise<WrittenClip> {
  const { writer } = args;
  let original = { bytes: null as number | null, sha256: null as string | null };
  try {
    const stored = writer.begin(position);
    const durationSeconds = await storeStreams(entry, stored, args);
    original = await hashOriginal(entry.path);
    return writer.finish(stored, { clip, original, durationSeconds });
  } catch (error) {
    if (!(error instanceof BadMedia)) throw error;
    writer.drop();
    original = await hashOriginal(entry.path).catch(() => original);
    // Only a record.
    const empty = writer.begin(position);
    empty.endFrames();
    return writer.finish(empty, { clip, original, durationSeconds: null, error: reasonOf(error, entry) });
  }
}

/** Tries both streams, then only the one that exists; returns the length of the clip [s]. */
async function storeStreams(entry: MediaEntry, clip: ClipWriter, args: StoreArgs): Promise<number | null> {
  try {
    return await decode(entry, clip, { video: true, audio: true }, args);
  } catch (error) {
    if (!(error instanceof StreamMissing)) throw error;
    return decode(entry, clip, error.there, args);
  }
}

async function decode(
  entry: MediaEntry,
  clip: ClipWriter,
  streams: { readonly video: boolean; readonly audio: boolean },
  { form, host, onNote }: StoreArgs,
): Promise<number | null> {
  const { path, sound = path } = entry;
  const { framesPerSecond, shortSide, sampleRateHz } = form;
  const jpeg = form.frames === 'jpeg';
  const takeFrame = (bytes: Uint8Array, height: number, width: number): void =>
    clip.addFrame(bytes, height, width);
  const pictures = jpeg ? new JpegSplitter(path, takeFrame) : new PictureParser(path, Infinity, takeFrame);
  const samples = new SampleReader(Infinity);
  let durationSeconds: number | null = null;
  const tracks = { video: form.videoTrack, audio: form.audioTrack };
  const note = (
    { info }: ScannedMedia,
    wants: { readonly video: boolean; readonly audio: boolean },
  ): void => {
    for (const each of trackNotes(info, tracks, wants, trackFlags)) onNote?.(each);
  };
  const stretch = {
    startSeconds: entry.startSeconds ?? 0,
    seconds: (entry.endSeconds ?? Infinity) - (entry.startSeconds ?? 0),
    framesPerSecond: streams.video ? framesPerSecond : null,
    shortSide,
    sampleRateHz: streams.audio ? sampleRateHz : null,
    tracks,
    host,
  };
  const isApart = sound !== path && streams.video && streams.audio;
  const audio = streams.audio && !isApart;
  await streamFile(
    path,
    {
      ...stretch,
      sampleRateHz: audio ? sampleRateHz : null,
      onScanned: (scanned) => {
        const { info, usableSeconds } = scanned;
        durationSeconds = stretchOf(entry, usableSeconds);
        const there = { video: info.video !== null, audio: info.audio !== null };
        const isMissing = (streams.video && !there.video) || (audio && !there.audio);
        if (isMissing && (there.video || there.audio)) throw new StreamMissing(there);
        note(scanned, { video: streams.video, audio });
      },
    },
    {
      frames: streams.video ? pictures : null,
      samples: audio ? samples : null,
      encoding: jpeg ? 'jpeg' : 'ppm',
    },
  );
  clip.endFrames();
  if (isApart) {
    const onScanned = (scanned: ScannedMedia): void => note(scanned, { video: false, audio: true });
    await streamFile(sound, { ...stretch, framesPerSecond: null, onScanned }, { frames: null, samples });
  }
  if (streams.audio) clip.addSound(samples.finish(false));
  return durationSeconds;
}

/** Stops the decoding of a file that has only pictures or only sound. */
class StreamMissing extends Error {
  constructor(readonly there: { readonly video: boolean; readonly audio: boolean }) {
    super('one stream is missing');
  }
}

async function hashOriginal(path: string): Promise<{ bytes: number; sha256: string }> {
  try {
    return await hashFile(path);
  } catch (error) {
    throw (
      machineLimit(error) ??
      new BadMedia(path, `could not be read (${String((error as NodeJS.ErrnoException).code)})`)
    );
  }
}
