import { readFileSync } from 'node:fs';

interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** The functions used from libjpeg-turbo; addresses refer to its own memory. */
interface TurboJpeg {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  tjInitDecompress(): number;
  tjDecompressHeader3(
    handle: number,
    jpeg: number,
    bytes: number,
    width: number,
    height: number,
    sampling: number,
    colours: number,
  ): number;
  tjDecompress2(
    handle: number,
    jpeg: number,
    bytes: number,
    pixels: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
}

/**
 * Decodes JPEG pictures with libjpeg-turbo, compiled to WebAssembly (from the package `@cwasm/jpeg-turbo`,
 * whose own function allocates anew for each picture and returns four channels). It has its own memory and
 * shares nothing with other libraries of the process. Loaded at the first picture.
 */
export class JpegDecoder {
  private library: { turbo: TurboJpeg; handle: number; header: number } | null = null;
  private input: Block = { address: 0, bytes: 0 };
  private output: Block = { address: 0, bytes: 0 };

  /**
   * @param size required size of the picture
   * @param out array for the pixels `[H, W, 3]`
   * @returns true if the picture could be decoded and has that size
   */
  decode(jpeg: Uint8Array, { height, width }: PictureSize, out: Uint8Array): boolean {
    const { turbo, handle, header } = (this.library ??= instantiate());
    this.input = atLeast(turbo, this.input, jpeg.length);
    this.output = atLeast(turbo, this.output, out.length);
    new Uint8Array(turbo.memory.buffer).set(jpeg, this.input.address);
    const { address } = this.input;
    if (turbo.tjDecompressHeader3(handle, address, jpeg.length, header, header + 4, header + 8, header + 12))
      return false;
    const [foundWidth, foundHeight] = new Uint32Array(turbo.memory.buffer, header, 2);
    if (foundWidth !== width || foundHeight !== height || out.length !== 3 * height * width) return false;
    const pixels = this.output.address;
    if (
      turbo.tjDecompress2(handle, address, jpeg.length, pixels, width, 3 * width, height, pixelFormatRgb, 0)
    )
      return false;
    out.set(new Uint8Array(turbo.memory.buffer, pixels, out.length));
    return true;
  }
}

interface Block {
  readonly address: number;
  readonly bytes: number;
}

function atLeast(turbo: TurboJpeg, block: Block, bytes: number): Block {
  if (block.bytes >= bytes) return block;
  // The old block is not freed: pictures of a set are alike, so this rarely happens.
  const address = turbo.malloc(2 * bytes);
  if (address === 0) throw new Error(`There is no memory for a picture of ${bytes} bytes.`);
  return { address, bytes: 2 * bytes };
}

const pixelFormatRgb = 0;

function instantiate(): { turbo: TurboJpeg; handle: number; header: number } {
  const refuse = (name: string) => () => {
    throw new Error(`libjpeg-turbo asked for ${name}.`);
  };
  const names = ['proc_exit', 'fd_close', 'fd_seek', 'fd_write'];
  const system = {
    environ_sizes_get: () => 0,
    environ_get: refuse('environ_get'),
    ...Object.fromEntries(names.map((name) => [name, refuse(name)])),
  };
  const env = { setjmp: () => 0, longjmp: refuse('longjmp') };
  const code = readFileSync(require.resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm'));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), {
    env,
    wasi_snapshot_preview1: system,
  });
  const turbo = exports as unknown as TurboJpeg;
  return { turbo, handle: turbo.tjInitDecompress(), header: turbo.malloc(16) };
}
