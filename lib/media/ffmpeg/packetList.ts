const noTimestamp = -(2 ** 63);

/** Reads the list of packets that ffmpeg's format `framecrc` gives, as it arrives. */
export class PacketList {
  private readonly units = new Map<number, number>();
  private readonly ends = new Map<number, number>();
  /** Latest start of a packet whose length the file does not tell [s]. */
  private readonly openStarts = new Map<number, number>();
  private rest = '';

  push(bytes: Buffer): void {
    const lines = (this.rest + bytes.toString('latin1')).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) this.take(line);
  }

  /**
   * End of a stream, from the start of all streams [s]; null if it has no packets.
   *
   * @param frameSeconds length of packets for which the file tells none [s]
   */
  endOf(stream: number, frameSeconds = 0): number | null {
    const open = this.openStarts.get(stream);
    const ends = [this.ends.get(stream), open === undefined ? undefined : open + frameSeconds];
    const known = ends.filter((end) => end !== undefined);
    return known.length === 0 ? null : Math.max(...known);
  }

  /** End of the last stream [s]. */
  get lastSeconds(): number {
    return Math.max(0, ...this.ends.values(), ...this.openStarts.values());
  }

  private take(line: string): void {
    const unit = /^#tb (\d+): (\d+)\/(\d+)/.exec(line);
    if (unit) this.units.set(Number(unit[1]), Number(unit[2]) / Number(unit[3]));
    if (line.startsWith('#')) return;
    const [stream, decoded, shown, length] = line.split(',', 4).map(Number);
    const unitSeconds = this.units.get(stream);
    if (unitSeconds === undefined) return;
    const stamp = [shown, decoded].find((ticks) => ticks !== noTimestamp);
    const start = stamp === undefined ? (this.endOf(stream) ?? 0) : stamp * unitSeconds;
    const ends = length > 0 ? this.ends : this.openStarts;
    const end = start + Math.max(0, length) * unitSeconds;
    ends.set(stream, Math.max(ends.get(stream) ?? 0, end));
  }
}
