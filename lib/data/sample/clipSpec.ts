import { RandomStream } from '../../random';
import type { SampleDials } from './dials';
import { materials } from './materials';
import { drawMotion, motionHits, type Hit, type Motion } from './motion';
import { drawScene, type SceneSpec } from './sceneSpec';
import { drawSound, type SoundSpec } from './soundSpec';

export type SampleSplit = 'train' | 'test';

export const sampleFramesPerSecond = 25;
export const sampleFrameSize = 128;
export const sampleRateHz = 16000;

/** Everything that was drawn for a clip: the same specification gives the same pixels and samples. */
export interface ClipSpec {
  readonly split: SampleSplit;
  /** Position within the split. */
  readonly index: number;
  readonly seed: number;
  /** A whole number of frames. */
  readonly durationSeconds: number;
  /** The class to predict. */
  readonly label: string;
  /** The class whose stripes the object has. */
  readonly videoClass: string;
  /** The class whose modes are heard. */
  readonly audioClass: string;
  readonly motion: Motion;
  readonly scene: SceneSpec;
  readonly sound: SoundSpec;
}

/**
 * Draws a clip. It depends on seed, split and index alone, not on how many clips are made, by whom or in which
 * order. Classes come in shuffled blocks of eight, so every multiple of eight clips is balanced.
 */
export function drawClip(seed: number, split: SampleSplit, index: number, dials: SampleDials): ClipSpec {
  const root = RandomStream.fromSeed(seed).split('sample', split);
  const random = root.split('clip', index);
  const block = root.split('block', Math.floor(index / materials.length)).permutation(materials.length);
  const label = block[index % materials.length];
  const { videoClass, audioClass } = drawClasses(random.split('classes'), label, dials);
  const durationSeconds = drawDuration(random.split('duration'));
  const motion = drawMotion(random.split('motion'), durationSeconds);
  // Shuffled pairs hear the impacts of another, unseen clip.
  const heard = dials.shuffledPairs ? drawMotion(random.split('unseen'), durationSeconds) : motion;
  const hits: Hit[] = motionHits(heard, durationSeconds);
  return {
    split,
    index,
    seed,
    durationSeconds,
    label: materials[label].name,
    videoClass: materials[videoClass].name,
    audioClass: materials[audioClass].name,
    motion,
    scene: drawScene(random.split('scene'), materials[videoClass], dials),
    sound: drawSound(random.split('sound'), materials[audioClass], hits),
  };
}

/** The impacts that are seen, in seconds. */
export function seenImpacts(spec: ClipSpec): number[] {
  return motionHits(spec.motion, spec.durationSeconds).map(({ seconds }) => seconds);
}

/** The impacts that are heard, in seconds: those seen, unless pairs are shuffled. */
export function heardImpacts(spec: ClipSpec): number[] {
  return spec.sound.hits.map(({ seconds }) => seconds);
}

/** Where the clip lies in the sample set's folder. */
export function clipPath(spec: ClipSpec): string {
  return `clips/${spec.split}-${String(spec.index).padStart(5, '0')}-${spec.label}.mp4`;
}

function drawClasses(
  random: RandomStream,
  label: number,
  dials: SampleDials,
): { videoClass: number; audioClass: number } {
  const another = random.integer(0, materials.length);
  if (dials.shuffledPairs) return { videoClass: label, audioClass: another };
  return { videoClass: random.bernoulli(dials.commonShare) ? label : another, audioClass: label };
}

/** Most clips are short: many objects teach more than long clips. */
function drawDuration(random: RandomStream): number {
  const frames = random.bernoulli(0.88) ? random.integer(50, 61) : random.integer(61, 151);
  return frames / sampleFramesPerSecond;
}
