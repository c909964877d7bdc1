import { PictureParser } from './pictureParser';

interface Frames {
  frames: Uint8Array;
  frameCount: number;
  height: number;
  width: number;
}

/** Collects PPM pictures from a pipe. */
export class FrameReader {
  private readonly pictures: Uint8Array[] = [];
  private readonly parser: PictureParser;
  private height = 0;
  private width = 0;

  /**
   * @param path the file, for error messages
   * @param most pictures to keep; later ones are dropped
   */
  constructor(path: string, most: number) {
    this.parser = new PictureParser(path, most, (pixels, height, width) => {
      [this.height, this.width] = [height, width];
      this.pictures.push(pixels);
    });
  }

  get count(): number {
    return this.pictures.length;
  }

  push(bytes: Buffer): void {
    this.parser.push(bytes);
  }

  /** All complete pictures in one array `[n, H, W, 3]`. */
  finish(shared: boolean): Frames {
    const { height, width, pictures } = this;
    const size = height * width * 3;
    const length = size * pictures.length;
    const frames = new Uint8Array(shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
    pictures.forEach((picture, i) => frames.set(picture, i * size));
    return { frames, frameCount: pictures.length, height, width };
  }
}
