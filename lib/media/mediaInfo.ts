export interface VideoStreamInfo {
  readonly codec: string;
  /** Size as shown, after rotation [px]. */
  readonly width: number;
  readonly height: number;
  /** Average rate; null if the file does not state it. */
  readonly framesPerSecond: number | null;
  /** Presentation time of the first frame, from the start of the file [s]. */
  readonly startSeconds: number;
  /** Clockwise rotation that a player applies [degrees]: 0, 90, 180 or 270. */
  readonly rotationDegrees: number;
  /** True if its brightness exceeds the standard range (PQ or HLG). */
  readonly hdr: boolean;
  /** True if the file says that its frames consist of two fields with different times. */
  readonly interlaced: boolean;
  /** Its number among the file's video tracks, from 1, and the number of these tracks. */
  readonly track: number;
  readonly tracks: number;
}

export interface AudioStreamInfo {
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Time of the first sample, from the start of the file [s]. */
  readonly startSeconds: number;
  /** Its number among the file's audio tracks, from 1, and the number of these tracks. */
  readonly track: number;
  readonly tracks: number;
}

/** A media file's description from its header. The file starts where its earliest stream starts. */
export interface MediaInfo {
  readonly path: string;
  readonly format: string;
  /** Null if the file does not state it. */
  readonly durationSeconds: number | null;
  readonly video: VideoStreamInfo | null;
  readonly audio: AudioStreamInfo | null;
}
