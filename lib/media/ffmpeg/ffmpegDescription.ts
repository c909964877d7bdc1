/** A stream in ffmpeg's description of a file. */
export interface DescribedStream {
  /** Its number in the file, from 0. */
  readonly index: number;
  readonly kind: 'video' | 'audio' | 'other';
  /** Codec, format, size and rates, as ffmpeg writes them. */
  readonly text: string;
  /** Clockwise rotation that a player applies [degrees]: 0, 90, 180 or 270. */
  readonly rotationDegrees: number;
}

/** ffmpeg's description of its first input. */
export interface Description {
  readonly format: string;
  /** Length that the file announces [s]; null if it announces none, and ffmpeg estimates it. */
  readonly statedSeconds: number | null;
  /** Timestamp of the earliest stream [s]. */
  readonly startTimestamp: number;
  readonly streams: readonly DescribedStream[];
}

/*
 * Each line of the description begins with its level and a fixed indentation. The text of comments and titles never
 * does: it follows the name of its field, further to the right.
 */
const inputLine = /^\[info\] Input #0, (.+), from /;
const endLine = /^\[\w+\] (Input #1|Stream mapping:|Output #0|At least one output file)/;
const lengthLine = /^\[info\] {3}Duration: (?:(\d+):(\d+):([\d.]+)|N\/A)(?:, start: (-?[\d.]+))?/;
const streamLine = /^\[info\] {3}Stream #0:(\d+)\S* (\w+): (.*)$/;
const turnLine = /^\[info\] {7}(?:displaymatrix|Display Matrix): rotation of (-?[\d.]+) degrees/;
const estimateLine = /^\[\w+ @ \w+\] \[warning\] Estimating duration from bitrate/;

/**
 * Parses ffmpeg's output at `-loglevel level+info`.
 *
 * @returns null if ffmpeg could not open the file
 */
export function parseDescription(log: string): Description | null {
  const lines = log.split('\n');
  const first = lines.findIndex((line) => inputLine.test(line));
  if (first < 0) return null;
  const end = lines.findIndex((line, i) => i > first && endLine.test(line));
  const own = lines.slice(first, end < 0 ? undefined : end);
  const length = own.map((line) => lengthLine.exec(line)).find((found) => found !== null);
  const isEstimated = lines.slice(0, first).some((line) => estimateLine.test(line));
  const streams = new Map<number, DescribedStream>();
  let latest: number | null = null;
  for (const line of own) {
    const [, index, kind, text] = streamLine.exec(line) ?? [];
    const turn = turnLine.exec(line);
    // A stream that belongs to two programs is described twice.
    if (text !== undefined) {
      latest = Number(index);
      streams.set(latest, { index: latest, kind: kindOf(kind), text, rotationDegrees: 0 });
    } else if (turn && latest !== null) {
      streams.set(latest, { ...streams.get(latest)!, rotationDegrees: clockwise(Number(turn[1])) });
    }
  }
  return {
    format: inputLine.exec(own[0])![1],
    statedSeconds: !length?.[1] || isEstimated ? null : secondsOf(length),
    startTimestamp: Number(length?.[4] ?? 0),
    streams: [...streams.values()].sort((a, b) => a.index - b.index),
  };
}

function kindOf(name: string): DescribedStream['kind'] {
  if (name === 'Video') return 'video';
  return name === 'Audio' ? 'audio' : 'other';
}

function secondsOf([, hours, minutes, seconds]: RegExpExecArray): number {
  return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
}

function clockwise(degrees: number): number {
  return (((Math.round(-degrees / 90) * 90) % 360) + 360) % 360;
}
