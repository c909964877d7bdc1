import type { FileScan } from './libav/scan';
import type { MediaInfo } from './mediaInfo';
import type { Tracks } from './tracks';

/** What ffmpeg must be told to read the streams that are used. */
export interface FfmpegInput {
  /** Numbers of the streams in the file, from 0; null if there is none. */
  readonly video: number | null;
  readonly audio: number | null;
  /** Where the earlier of them starts, from the start of all streams [s]. */
  readonly beginSeconds: number;
  /** Width of the pictures as shown, divided by their height. */
  readonly aspect: number;
}

export interface ScanArgs {
  /** Socket of an {@link FfmpegHost} whose processes do the work; default: those of this process. */
  readonly host?: string;
  readonly signal?: AbortSignal;
  /** Tracks to use; default: those that the file marks. */
  readonly tracks?: Tracks;
}

/** Contents of a file. */
export interface ScannedMedia {
  readonly info: MediaInfo;
  /**
   * Length from which windows are chosen: that of the pictures, or of the sound if there are none [s]; null
   * if unknown.
   */
  readonly usableSeconds: number | null;
  readonly scan: FileScan | null;
  /** What ffmpeg needs to read it, if libav is not available. */
  readonly ffmpeg?: FfmpegInput;
}
