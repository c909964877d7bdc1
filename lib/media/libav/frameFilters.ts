import {
  AV_FRAME_FLAG_INTERLACED,
  AV_FRAME_FLAG_TOP_FIELD_FIRST,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
} from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { toneMapping } from '../ffmpeg/toneMapping';

/** Filters that make a frame fit for viewing. */
export interface FrameFilters {
  /** Applied before scaling. */
  readonly before: readonly string[];
  /** Applied after scaling. */
  readonly after: readonly string[];
}

/**
 * Filters that a frame needs besides scaling. For an interlaced frame, the field shown first is taken. It
 * needs no other frame, so the result does not depend on where decoding began, and it is still finer than the
 * frames of clips. Brightness beyond the standard range (HDR) is tone-mapped into it.
 */
export function frameFilters(frame: Frame): FrameFilters {
  const field = frame.hasFlags(AV_FRAME_FLAG_TOP_FIELD_FIRST) ? 'top' : 'bottom';
  return {
    before: isInterlaced(frame) ? [`field=type=${field}`] : [],
    after: isHdr(frame.colorTrc) ? toneMapping : [],
  };
}

export function isInterlaced(frame: Frame): boolean {
  return frame.hasFlags(AV_FRAME_FLAG_INTERLACED);
}

/** True for PQ and HLG, the transfer functions of HDR. */
export function isHdr(transfer: Frame['colorTrc']): boolean {
  return transfer === AVCOL_TRC_SMPTE2084 || transfer === AVCOL_TRC_ARIB_STD_B67;
}
