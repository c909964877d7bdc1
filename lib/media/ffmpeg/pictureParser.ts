import { BadMedia } from '../badMedia';

/** Receives the pixels `[H, W, 3]` of a picture as bytes. */
export type TakePicture = (pixels: Uint8Array, height: number, width: number) => void;

/** Parses a pipe of PPM pictures. Each states its own size, so nothing has to be known beforehand. */
export class PictureParser {
  private header = '';
  private filled = 0;
  private open: Uint8Array | null = null;
  private height = 0;
  private width = 0;
  private taken = 0;

  /**
   * @param path the file, for error messages
   * @param most pictures to pass on; later ones are dropped
   */
  constructor(
    private readonly path: string,
    private readonly most: number,
    private readonly onPicture: TakePicture,
  ) {}

  /** Complete pictures so far. */
  get count(): number {
    return this.taken;
  }

  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && this.taken < this.most) {
      if (this.open === null) at = this.readHeader(bytes, at);
      if (this.open !== null) at = this.readPixels(this.open, bytes, at);
    }
  }

  /** `P6 <width> <height> 255`, on three lines. */
  private readHeader(bytes: Buffer, start: number): number {
    let at = start;
    while (at < bytes.length) {
      this.header += String.fromCharCode(bytes[at++]);
      const size = /^P6\n(\d+) (\d+)\n255\n$/.exec(this.header);
      if (size) {
        this.begin(Number(size[1]), Number(size[2]));
        return at;
      }
      if (this.header.length > 40) throw new Error('ffmpeg sent something that is not a PPM picture.');
    }
    return at;
  }

  private begin(width: number, height: number): void {
    if (this.taken > 0 && (width !== this.width || height !== this.height)) {
      throw new BadMedia(
        this.path,
        `changes its size from ${this.width}x${this.height} to ${width}x${height}`,
      );
    }
    [this.width, this.height] = [width, height];
    this.header = '';
    this.filled = 0;
    this.open = new Uint8Array(width * height * 3);
  }

  private readPixels(picture: Uint8Array, bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + picture.length - this.filled);
    picture.set(bytes.subarray(at, end), this.filled);
    this.filled += end - at;
    if (this.filled === picture.length) {
      this.open = null;
      this.taken++;
      this.onPicture(picture, this.height, this.width);
    }
    return end;
  }
}
