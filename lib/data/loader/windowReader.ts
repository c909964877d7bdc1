import type { Modality, XkdConfig } from '../../config';
import { clipFrames } from '../../config/grid';
import { BadMedia, lacksStream } from '../../media';
import { padSamples, repeatFrames } from '../../media/decode';
import { clipSamples } from '../augment';
import { scanMedia, type ScannedMedia } from '../../media/probe';
import { decodeStreams, type DecodeArgs, type DecodedStreams } from '../../media/streams';
import type { JpegDecoder } from '../stored/jpegDecoder';
import type { OpenShards } from '../stored/openShards';
import type { ReadMemory } from '../stored/readMemory';
import { StoredReader } from '../stored/storedReader';
import { inWindow, stretchOf } from './stretch';
import { trackKeys, trackNotes, tracksOf, type TrackNote } from './trackNotes';
import type { MediaEntry } from '../types';

/** A file, the selected part of it, or its extracted form. */
export type FilePart = Pick<MediaEntry, 'path' | 'sound' | 'startSeconds' | 'endSeconds' | 'stored'>;

/** A completely decoded file, small enough to be cached; the arrays are in memory shared between threads. */
export interface DecodedFile {
  /** `[n, H, W, 3]`; empty if pictures were not requested. */
  readonly frames: Uint8Array;
  readonly frameCount: number;
  readonly height: number;
  readonly width: number;
  /** Mono; empty if sound was not requested. */
  readonly waveform: Float32Array;
}

/** Knowledge about a file from earlier reads. */
export interface KnownFile {
  readonly stored: DecodedFile | null;
  /** Length of a file (or the selected part of it) that is too long to be cached [s]; null: unknown. */
  readonly longSeconds: number | null;
  /** Scan of such a file, and of the file with its sound if that is a separate one. */
  readonly scanned?: ScannedMedia;
  readonly soundScanned?: ScannedMedia;
}

/**
 * Chooses the first tick of a window (in frames from the start of the file or the selected part), given the
 * last one possible.
 */
export type ChooseStart = (lastStart: number) => number;

export interface WindowArgs {
  readonly file: FilePart;
  readonly known: KnownFile;
  readonly chooseStart: ChooseStart;
}

export interface ReadArgs {
  readonly config: XkdConfig;
  readonly modalities: readonly Modality[];
  /** Files up to this length are decoded whole [s]. */
  readonly wholeSeconds: number;
  /** Socket of the host that starts ffmpeg. */
  readonly host?: string;
  /** Decoder shared by all readers of a thread; default: a new one. */
  readonly jpegs?: JpegDecoder;
  /** Shards shared by all readers of a thread; default: they are opened for each window. */
  readonly shards?: OpenShards;
  /** Memory of windows of extracted clips, which the next window of this reader may overwrite; default: their own. */
  readonly memory?: ReadMemory;
  /** Called with remarks on each file. */
  readonly onNote?: (note: TrackNote) => void;
}

/** A window of a file, and what was found out about the file. T frames, H height, W width. */
export interface FileWindow {
  /** Start of the window in the file [s]. */
  readonly startSeconds: number;
  /** `[T, H, W, 3]`. */
  readonly frames: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly waveform: Float32Array;
  readonly known: KnownFile;
}

/**
 * Reads windows of clip length: from memory if the file is cached, from the whole file if it is short,
 * otherwise from only that part of the file. The choice depends only on the file's length, so that a window
 * is the same whatever was read before. From an extracted set, the same windows are read from its shards.
 */
export class WindowReader {
  private readonly frameCount: number;
  private readonly sampleCount: number;
  private readonly extracted: StoredReader;

  constructor(private readonly args: ReadArgs) {
    this.frameCount = clipFrames(args.config);
    this.sampleCount = clipSamples(args.config);
    const { frameCount, sampleCount } = this;
    this.extracted = new StoredReader({ ...args, frameCount, sampleCount });
  }

  /** @throws BadMedia if the file cannot be used */
  async read(window: WindowArgs): Promise<FileWindow> {
    const { known, file, chooseStart } = window;
    if (file.stored) return { ...this.extracted.read(file, file.stored, chooseStart), known };
    if (known.stored) return this.cut(known.stored, window);
    if (known.longSeconds !== null) return this.readStretch(window, known.longSeconds, known);
    const whole = await this.readWhole(file);
    return whole instanceof LongFile
      ? this.readStretch(window, whole.seconds, whole)
      : this.cut(whole, window);
  }

  /** The decoded file, or what is known of it if it is too long. */
  private async readWhole(file: FilePart): Promise<DecodedFile | LongFile> {
    const { wholeSeconds } = this.args;
    const { startSeconds = 0, endSeconds = Infinity } = file;
    try {
      const most = Math.min(wholeSeconds, endSeconds - startSeconds);
      const streams = await this.decode(file, startSeconds, most, true, {
        onScanned: (scanned) => {
          const seconds = Math.min(scanned.usableSeconds ?? 0, endSeconds) - startSeconds;
          if (seconds > wholeSeconds) throw new LongFile(seconds, scanned);
        },
      });
      const { frames, frameCount, height, width, waveform } = streams;
      return { frames, frameCount, height, width, waveform };
    } catch (error) {
      if (error instanceof LongFile) return error;
      throw error;
    }
  }

  private cut(stored: DecodedFile, { file, chooseStart }: WindowArgs): FileWindow {
    const { framesPerSecond, sampleRateHz } = this.args.config.clip;
    const ticks = this.wantsVideo
      ? stored.frameCount
      : Math.floor((stored.waveform.length / sampleRateHz) * framesPerSecond);
    const start = chooseStart(Math.max(0, ticks - this.frameCount));
    const firstSample = Math.round((start / framesPerSecond) * sampleRateHz);
    const window = this.finish(stored, start, firstSample, { stored, longSeconds: null });
    return { ...window, startSeconds: (file.startSeconds ?? 0) + start / framesPerSecond };
  }

  private async readStretch(
    { file, chooseStart }: WindowArgs,
    longSeconds: number,
    scans: KnownScans,
  ): Promise<FileWindow> {
    const { framesPerSecond, seconds } = this.args.config.clip;
    const ticks = Math.floor(longSeconds * framesPerSecond);
    const start = chooseStart(Math.max(0, ticks - this.frameCount));
    const startSeconds = (file.startSeconds ?? 0) + start / framesPerSecond;
    const most = Math.min(seconds, longSeconds - start / framesPerSecond);
    const { soundScanned } = await this.withSoundScan(file, scans);
    let streams: DecodedStreams;
    try {
      streams = await this.decode(file, startSeconds, most, false, { ...scans, soundScanned });
    } catch (error) {
      throw inWindow(error);
    }
    const { scanned } = streams;
    const window = this.finish(streams, 0, 0, { stored: null, longSeconds, scanned, soundScanned });
    return { ...window, startSeconds };
  }

  private finish(
    from: DecodedFile,
    firstFrame: number,
    firstSample: number,
    known: KnownFile,
  ): Omit<FileWindow, 'startSeconds'> {
    const { height, width } = from;
    return {
      frames: this.wantsVideo
        ? repeatFrames(from.frames, height * width * 3, firstFrame, this.frameCount)
        : new Uint8Array(0),
      height,
      width,
      waveform: this.wantsAudio
        ? padSamples(from.waveform, firstSample, this.sampleCount)
        : new Float32Array(0),
      known,
    };
  }

  /** A separate sound file is also checked as a whole before a window of it is decoded. */
  private async withSoundScan({ path, sound = path }: FilePart, scans: KnownScans): Promise<KnownScans> {
    const isApart = sound !== path && this.wantsVideo && this.wantsAudio;
    if (!isApart || scans.soundScanned) return scans;
    const soundScanned = await scanMedia(sound, {
      host: this.args.host,
      tracks: tracksOf(this.args.config.clip),
    });
    if (!soundScanned.info.audio) throw new BadMedia(sound, lacksStream.audio);
    return { ...scans, soundScanned };
  }

  /** Decodes pictures and sound, from one file or from two. */
  private async decode(
    { path, sound = path }: FilePart,
    startSeconds: number,
    seconds: number,
    shared: boolean,
    { scanned, soundScanned, onScanned }: KnownScans & Pick<DecodeArgs, 'onScanned'>,
  ): Promise<DecodedStreams> {
    const { wantsVideo: video, wantsAudio: audio } = this;
    const stretch = { startSeconds, seconds, shared };
    if (sound === path || !video) {
      return this.decodeFile(sound, { ...stretch, video, audio, scanned, onScanned });
    }
    const pictures = await this.decodeFile(path, { ...stretch, video, audio: false, scanned, onScanned });
    if (!audio) return pictures;
    // If the sound ends before the pictures do, silence follows.
    const heard = await this.decodeFile(sound, { ...stretch, video: false, audio, scanned: soundScanned });
    return { ...pictures, waveform: heard.waveform };
  }

  private decodeFile(
    path: string,
    { video, audio, startSeconds, seconds, shared, scanned, onScanned }: DecodeFile,
  ): Promise<DecodedStreams> {
    const { clip } = this.args.config;
    const tracks = tracksOf(clip);
    return decodeStreams(path, {
      startSeconds,
      seconds,
      framesPerSecond: video ? clip.framesPerSecond : null,
      shortSide: clip.frameSize,
      sampleRateHz: audio ? clip.sampleRateHz : null,
      shared,
      scanned,
      onScanned: (found) => {
        const { info, usableSeconds } = found;
        if (video && !info.video) throw new BadMedia(path, lacksStream.video);
        if (audio && !info.audio) throw new BadMedia(path, lacksStream.audio);
        for (const note of trackNotes(info, tracks, { video, audio }, trackKeys)) this.args.onNote?.(note);
        if (!onScanned) return;
        stretchOf({ path, startSeconds }, usableSeconds);
        onScanned(found);
      },
      tracks,
      host: this.args.host,
    });
  }

  private get wantsVideo(): boolean {
    return this.args.modalities.includes('video');
  }

  private get wantsAudio(): boolean {
    return this.args.modalities.includes('audio');
  }
}

type KnownScans = Pick<KnownFile, 'scanned' | 'soundScanned'>;

interface DecodeFile extends Pick<
  DecodeArgs,
  'startSeconds' | 'seconds' | 'shared' | 'scanned' | 'onScanned'
> {
  readonly video: boolean;
  readonly audio: boolean;
}

/** Cache key for the decoded content of a file; other parts, modalities and limits give other content. */
export function keyOf(
  { path, startSeconds, endSeconds }: FilePart,
  modalities: readonly Modality[],
  wholeSeconds: number,
): string {
  return `${modalities.join('+')} ${wholeSeconds} ${startSeconds ?? ''}-${endSeconds ?? ''} ${path}`;
}

/** Stops the decoding of a whole file once its length is known to exceed the limit. */
class LongFile extends Error {
  constructor(
    readonly seconds: number,
    readonly scanned: ScannedMedia,
  ) {
    super('too long to be decoded whole');
  }
}
