import { BadMedia } from '../badMedia';

/** Receives one complete JPEG picture and its size [px]. */
export type TakeJpeg = (jpeg: Uint8Array, height: number, width: number) => void;

/** Splits a pipe of concatenated JPEG pictures into single pictures. */
export class JpegSplitter {
  private held: Buffer = Buffer.alloc(0);
  private taken = 0;
  private size: JpegSize | null = null;

  /** @param path the source file, for error messages */
  constructor(
    private readonly path: string,
    private readonly onPicture: TakeJpeg,
  ) {}

  /** Complete pictures so far. */
  get count(): number {
    return this.taken;
  }

  push(bytes: Buffer): void {
    let rest = this.held.length === 0 ? bytes : Buffer.concat([this.held, bytes]);
    for (let end = endOfPicture(rest); end !== null; end = endOfPicture(rest)) {
      this.take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.held = Buffer.from(rest);
  }

  private take(jpeg: Buffer): void {
    const size = sizeOf(jpeg);
    this.size ??= size;
    if (size.height !== this.size.height || size.width !== this.size.width) {
      const [before, now] = [this.size, size].map(({ width, height }) => `${width}x${height}`);
      throw new BadMedia(this.path, `changes its size from ${before} to ${now}`);
    }
    this.taken++;
    this.onPicture(jpeg, size.height, size.width);
  }
}

interface JpegSize {
  readonly height: number;
  readonly width: number;
}

const marker = { startOfImage: 0xd8, endOfImage: 0xd9, startOfScan: 0xda, baselineFrame: 0xc0 } as const;

/** End of the first picture; null while it is incomplete. */
function endOfPicture(bytes: Buffer): number | null {
  if (bytes.length >= 2 && bytes.readUInt16BE(0) !== (0xff00 | marker.startOfImage)) {
    throw new Error('ffmpeg sent something that is not a JPEG picture.');
  }
  const scan = findSegment(bytes, marker.startOfScan);
  if (scan === null) return null;
  // In the entropy-coded data after the scan header, 0xff is always followed by 0 or a restart marker.
  const end = bytes.indexOf(endOfImage, scan);
  return end < 0 ? null : end + 2;
}

const endOfImage = Buffer.from([0xff, marker.endOfImage]);

function sizeOf(jpeg: Buffer): JpegSize {
  const frame = findSegment(jpeg, marker.baselineFrame);
  if (frame === null) throw new Error('ffmpeg sent a JPEG picture that is not baseline.');
  return { height: jpeg.readUInt16BE(frame + 5), width: jpeg.readUInt16BE(frame + 7) };
}

/** Start of a segment of the header; null if it is not there (yet). */
function findSegment(bytes: Buffer, wanted: number): number | null {
  for (let at = 2; at + 4 <= bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at + 1] !== wanted) continue;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    return end <= bytes.length ? at : null;
  }
  return null;
}
