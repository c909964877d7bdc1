import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import type { Stream } from 'node-av/lib';

/** Rotation that a player applies to the pictures of a stream. */
export interface Turn {
  /** Clockwise [degrees]: 0, 90, 180 or 270. */
  readonly degrees: number;
  /** libav filters that apply it. */
  readonly filters: readonly string[];
}

/** The rotation given by the display matrix of a stream, interpreted as ffmpeg does. */
export function turnOf(stream: Stream): Turn {
  const bytes = stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  if (!bytes || bytes.length < 36) return { degrees: 0, filters: [] };
  const m = Array.from({ length: 9 }, (_, i) => bytes.readInt32LE(4 * i));
  const scales = [Math.hypot(m[0], m[3]), Math.hypot(m[1], m[4])];
  if (scales[0] === 0 || scales[1] === 0) return { degrees: 0, filters: [] };
  const angle = (Math.atan2(m[1] / scales[1], m[0] / scales[0]) * 180) / Math.PI;
  const degrees = (((Math.round(angle / 90) * 90) % 360) + 360) % 360;
  switch (degrees) {
    case 90:
      return { degrees, filters: [`transpose=${m[3] > 0 ? 'cclock_flip' : 'clock'}`] };
    case 180:
      return { degrees, filters: [...(m[0] < 0 ? ['hflip'] : []), ...(m[4] < 0 ? ['vflip'] : [])] };
    case 270:
      return { degrees, filters: [`transpose=${m[3] < 0 ? 'clock_flip' : 'cclock'}`] };
    default:
      return { degrees, filters: m[4] < 0 ? ['vflip'] : [] };
  }
}
