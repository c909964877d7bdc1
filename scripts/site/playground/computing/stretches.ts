import {
  clipSamples,
  renderScene,
  renderSound,
  sampleFrameSize,
  sampleRateHz,
  type XkdConfig,
} from 'xkd/core';
import { shownPerSecond, type Stretch } from '../protocol';
import { type Clip, clipSpec, resized } from '../training/clips';

/** The clips of the sample set that the page shows, from those for tests: no network has learnt from them. */
export const shownClips = Array.from({ length: 40 }, (_, index) => clipSpec('test', index));

/** The beginning of a clip that is shown, as long as a clip of the network. */
export function sampleStretch(config: XkdConfig, index: number): Stretch {
  const spec = shownClips[index];
  const frames = Math.round(config.clip.seconds * shownPerSecond);
  const timing = { frames, framesPerSecond: shownPerSecond, size: sampleFrameSize };
  return {
    frames: renderScene(spec.scene, spec.motion, timing),
    height: sampleFrameSize,
    width: sampleFrameSize,
    waveform: renderSound(spec.sound, spec.durationSeconds, sampleRateHz).subarray(0, clipSamples(config)),
  };
}

/** The frames of a stretch that the network gets, in its size. */
export function clipOf(config: XkdConfig, { frames, height, width, waveform }: Stretch): Clip {
  const bytes = height * width * 3;
  const every = shownPerSecond / config.clip.framesPerSecond;
  const count = Math.round(config.clip.seconds * config.clip.framesPerSecond);
  const chosen = new Uint8Array(count * bytes);
  for (let t = 0; t < count; t++) {
    const from = Math.round(t * every) * bytes;
    chosen.set(frames.subarray(from, from + bytes), t * bytes);
  }
  return { ...resized({ frames: chosen, height, width }, config.clip.frameSize), waveform, label: -1 };
}
