import type { FrameEncoding } from '../streams';
import type { Tracks } from '../tracks';
import type { DecodeReport } from './decodeReport';
import type { FileScan, ScannedFile } from './scan';

/** Asks a decoder to read all packets of a file. */
export interface ScanRequest {
  readonly kind: 'scan';
  readonly path: string;
  readonly tracks?: Tracks;
}

/** Asks a decoder for a stretch of a file. */
export interface DecodeRequest {
  readonly kind: 'decode';
  readonly path: string;
  readonly tracks?: Tracks;
  readonly startSeconds: number;
  /** Null: to the end. */
  readonly seconds: number | null;
  /** Null: no pictures. */
  readonly framesPerSecond: number | null;
  readonly shortSide: number;
  /** Null: no sound. */
  readonly sampleRateHz: number | null;
  readonly encoding: FrameEncoding;
  readonly scan: FileScan;
  /** Whether the reply tells what was come across; all packets are decoded then. */
  readonly wantsReport?: boolean;
}

export type DecoderRequest = ScanRequest | DecodeRequest;

/** How a request ended. */
export interface DecoderReply {
  readonly scanned?: ScannedFile;
  readonly report?: DecodeReport;
  /** Why the file cannot be used. */
  readonly bad?: string;
  /** libav could not be loaded, and why. */
  readonly noLibrary?: string;
  /** A fault of the program. */
  readonly failure?: string;
  /** The decoder ended before the request did. */
  readonly crash?: DecoderCrash;
  /** It was ended, as it did nothing for so long [s]. */
  readonly hungSeconds?: number;
}

export interface DecoderCrash {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** Kinds of messages that a decoder sends (see `messages.ts`); `alive` brings no bytes. */
export const decoderMessage = { alive: 0, reply: 1, pictures: 2, samples: 3 } as const;

/** Told of what a decoder sends; a message with bytes may come in parts. */
export interface DecoderEvents {
  onBytes(kind: number, bytes: Buffer): void;
  /** Called once. */
  onReply(reply: DecoderReply): void;
}

export interface DecoderRun {
  /** Ends the decoder; its reply still comes. */
  kill(): void;
  /** Stops reading until resumed: the decoder then waits. */
  pause(): void;
  resume(): void;
}
