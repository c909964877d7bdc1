import { sampleFrameSize, sampleFramesPerSecond, sampleRateHz, seenImpacts, type ClipSpec } from './clipSpec';
import { renderScene } from './renderScene';
import { renderSound } from './renderSound';

/** A clip before it is encoded. */
export interface RenderedClip {
  /** `[T, H, W, 3]`: RGB from 0 to 255, 25 frames/s, 128x128 px. */
  readonly frames: Uint8Array;
  /** `[samples]` within [-1, 1], mono, 16 kHz. */
  readonly waveform: Float32Array;
  /** Times of the visible impacts [s]. */
  readonly events: readonly number[];
}

/** Renders the pictures and sound of a clip: a pure function of its specification. */
export function renderClip(spec: ClipSpec): RenderedClip {
  const frames = Math.round(spec.durationSeconds * sampleFramesPerSecond);
  return {
    frames: renderScene(spec.scene, spec.motion, {
      frames,
      framesPerSecond: sampleFramesPerSecond,
      size: sampleFrameSize,
    }),
    waveform: renderSound(spec.sound, spec.durationSeconds, sampleRateHz),
    events: seenImpacts(spec),
  };
}
