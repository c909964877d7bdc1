import { RandomStream } from '../../random';
import type { SampleDials } from './dials';
import { drawMotion, isWithin, motionHits, type Hit, type Motion } from './motion';
import { drawScene, type SceneSpec } from './sceneSpec';
import { drawSound, type SoundSpec } from './soundSpec';
import { sampleRecipe } from './versions';

export type SampleSplit = 'train' | 'test';

export const sampleFramesPerSecond = 25;
export const sampleFrameSize = 128;
export const sampleRateHz = 16000;

/** All random draws for a clip; the same specification gives the same pixels and samples. */
export interface ClipSpec {
  readonly split: SampleSplit;
  /** Position within the split. */
  readonly index: number;
  readonly seed: number;
  /** Duration [s]; a whole number of frames. */
  readonly durationSeconds: number;
  /** The class to predict. */
  readonly label: string;
  /** Class of the object's stripes. */
  readonly videoClass: string;
  /** Class of the modes in the sound. */
  readonly audioClass: string;
  readonly motion: Motion;
  readonly scene: SceneSpec;
  readonly sound: SoundSpec;
}

/** What clips of a set have in common. */
export interface DrawSettings {
  readonly version: number;
  readonly seed: number;
  readonly dials: SampleDials;
}

/**
 * Draws a clip. The result depends only on settings, split and index, not on how many clips are made, by which thread or in
 * which order. Classes come in shuffled blocks of eight, so every multiple of eight clips is balanced.
 */
export function drawClip(settings: DrawSettings, split: SampleSplit, index: number): ClipSpec {
  const { version, seed, dials } = settings;
  const { materials, unseenBeside } = sampleRecipe(version);
  const root = RandomStream.fromSeed(seed).split('sample', split);
  const random = root.split('clip', index);
  const block = root.split('block', Math.floor(index / materials.length)).permutation(materials.length);
  const label = block[index % materials.length];
  const { videoClass, audioClass } = drawClasses(random.split('classes'), label, materials.length, dials);
  const durationSeconds = drawDuration(random.split('duration'));
  const motion = drawMotion(random.split('motion'), durationSeconds);
  // With shuffled pairs, the sound has the impacts of another, unseen clip.
  const heard = dials.shuffledPairs ? drawMotion(random.split('unseen'), durationSeconds) : motion;
  const hits: Hit[] = motionHits(heard, durationSeconds)
    .map(({ seconds, strength }) => ({ seconds: seconds + dials.soundDelay, strength }))
    .filter(({ seconds }) => isWithin(seconds, durationSeconds));
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
    sound: drawSound(
      random.split('sound'),
      materials[audioClass],
      hits,
      durationSeconds,
      dials,
      unseenBeside(materials[audioClass]),
    ),
  };
}

/** Times of the visible impacts [s]. */
export function seenImpacts(spec: ClipSpec): number[] {
  return motionHits(spec.motion, spec.durationSeconds).map(({ seconds }) => seconds);
}

/** Times of the object's audible impacts [s]: the visible ones, unless pairs are shuffled or sounds are delayed. */
export function heardImpacts(spec: ClipSpec): number[] {
  return spec.sound.hits.map(({ seconds }) => seconds);
}

/** Path of the clip in the sample set's folder. */
export function clipPath(spec: ClipSpec): string {
  return `clips/${spec.split}-${String(spec.index).padStart(5, '0')}-${spec.label}.mp4`;
}

function drawClasses(
  random: RandomStream,
  label: number,
  classes: number,
  dials: SampleDials,
): { videoClass: number; audioClass: number } {
  const another = random.integer(0, classes);
  if (dials.shuffledPairs) return { videoClass: label, audioClass: another };
  return { videoClass: random.bernoulli(dials.commonShare) ? label : another, audioClass: label };
}

/** Most clips are short, because many objects teach more than long clips. */
function drawDuration(random: RandomStream): number {
  const frames = random.bernoulli(0.88) ? random.integer(50, 61) : random.integer(61, 151);
  return frames / sampleFramesPerSecond;
}
