/** Collects float32 samples from a pipe. */
export class SampleReader {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  /** @param most samples to keep; later ones are dropped */
  constructor(private readonly most: number) {}

  get count(): number {
    return Math.floor(this.bytes / 4);
  }

  push(chunk: Buffer): void {
    const room = 4 * this.most - this.bytes;
    if (room <= 0) return;
    this.chunks.push(chunk.subarray(0, room));
    this.bytes += Math.min(room, chunk.length);
  }

  finish(shared: boolean): Float32Array {
    const length = 4 * Math.floor(this.bytes / 4);
    const all = new Uint8Array(shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
    let at = 0;
    for (const chunk of this.chunks) {
      const part = chunk.subarray(0, length - at);
      all.set(part, at);
      at += part.length;
    }
    return new Float32Array(all.buffer);
  }
}
