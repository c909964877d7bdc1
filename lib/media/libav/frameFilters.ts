import {
  AV_FRAME_FLAG_INTERLACED,
  AV_FRAME_FLAG_TOP_FIELD_FIRST,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
} from 'node-av/constants';
import type { Frame } from 'node-av/lib';

/** Filters that make a frame fit to be looked at. */
export interface FrameFilters {
  /** Before it is scaled. */
  readonly before: readonly string[];
  /** After that. */
  readonly after: readonly string[];
}

/**
 * What a frame needs beside scaling. Of an interlaced one, the field that is shown first is taken: it needs no other
 * frame, so that it is the same wherever decoding began, and is still finer than the frames of clips. Brightness beyond
 * the standard range (HDR) is mapped into it.
 */
export function frameFilters(frame: Frame): FrameFilters {
  const field = frame.hasFlags(AV_FRAME_FLAG_TOP_FIELD_FIRST) ? 'top' : 'bottom';
  return {
    before: isInterlaced(frame) ? [`field=type=${field}`] : [],
    after: isHdr(frame.colorTrc) ? toneMapping : [],
  };
}

const toneMapping = [
  'zscale=transfer=linear:npl=100',
  'format=gbrpf32le',
  'zscale=primaries=bt709',
  'tonemap=tonemap=hable:desat=0',
  'zscale=transfer=bt709:matrix=bt709:range=limited',
  'format=yuv444p',
];

export function isInterlaced(frame: Frame): boolean {
  return frame.hasFlags(AV_FRAME_FLAG_INTERLACED);
}

/** Whether it is PQ or HLG, the transfer functions of HDR. */
export function isHdr(transfer: Frame['colorTrc']): boolean {
  return transfer === AVCOL_TRC_SMPTE2084 || transfer === AVCOL_TRC_ARIB_STD_B67;
}
