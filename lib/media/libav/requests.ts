import type { FrameEncoding } from '../streams';
import type { Tracks } from '../tracks';
import type { DecodeReport } from './decodeReport';
import type { FileScan, ScannedFile } from './scan';

/** Requests a scan of all packets of a file. */
export interface ScanRequest {
  readonly kind: 'scan';
  readonly path: string;
  readonly tracks?: Tracks;
}

/** Requests part of a file, decoded. */
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
  /** True if the reply includes a report; all packets are decoded then. */
  readonly wantsReport?: boolean;
}

export type DecoderRequest = ScanRequest | DecodeRequest;

/** Outcome of a request. */
export interface DecoderReply {
  readonly scanned?: ScannedFile;
  readonly report?: DecodeReport;
  /** Why the file cannot be used. */
  readonly bad?: string;
  /** Reason why libav could not be loaded. */
  readonly noLibrary?: string;
  /** An internal error of the program. */
  readonly failure?: string;
  /** The decoder ended before the request was finished. */
  readonly crash?: DecoderCrash;
  /** The decoder was ended after this time without progress [s]. */
  readonly hungSeconds?: number;
}

export interface DecoderCrash {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** Kinds of messages that a decoder sends (see `messages.ts`); `alive` carries no bytes. */
export const decoderMessage = { alive: 0, reply: 1, pictures: 2, samples: 3 } as const;

/** Callbacks for what a decoder sends; a message with bytes may arrive in parts. */
export interface DecoderEvents {
  onBytes(kind: number, bytes: Buffer): void;
  /** Called once. */
  onReply(reply: DecoderReply): void;
}

export interface DecoderRun {
  /** Ends the decoder; a reply still follows. */
  kill(): void;
  /** Stops reading until resumed; the decoder then blocks. */
  pause(): void;
  resume(): void;
}
