import { type XkdConfig, clipFrames } from 'xkd/dist/config';
import type { MediaEntry, NdArray, ViewBatch } from 'xkd/dist/data/types';
import { RandomStream } from 'xkd/dist/random';
import type { BatchSource } from 'xkd/dist/train/batches';
import { probeClipCount } from 'xkd/dist/train/health/plan';
import type { ProbeClips } from 'xkd/dist/train/health/probe';

/*
 * Clips of a few kinds, each with its own stripes and sound, under noise. The pairing is learned in a hundred steps, so
 * that forty runs take minutes. B clips, T frames, S pixels, M bands, C columns.
 */

/** Clips of an epoch, whose batches a run gets repeatedly. */
const made = 800;

export const madeEntries: readonly MediaEntry[] = Array.from({ length: made }, (_, i) => ({
  path: `made-${i}`,
  label: null,
  split: null,
}));

const kinds = 12;

/** Share of the noise, beside patterns between -1 and 1. */
const noise = 0.3;

/** Video and audio pattern of a clip. */
interface Kind {
  readonly index: number;
  /** Initial phase of its waves, as a share of their period. */
  readonly phase: number;
}

/** Batches of runs, cached for runs that use the same. */
export class MadeBatches {
  private readonly known = new Map<string, ViewBatch>();

  /** Batches as a function of the seed and the step. */
  source(config: XkdConfig, startStep: number): BatchSource {
    const { seed, training } = config;
    let step = startStep;
    return {
      skipped: [],
      close: async () => undefined,
      next: async (): Promise<ViewBatch> => {
        const place = step % Math.floor(made / training.batch);
        const name = `${seed} ${training.batch} ${place}`;
        const batch = this.known.get(name) ?? makeBatch(config, place);
        this.known.set(name, batch);
        return { ...batch, step: step++ };
      },
    };
  }
}

function makeBatch(config: XkdConfig, step: number): ViewBatch {
  const { spectrogram, clip, views, training, seed } = config;
  const stream = RandomStream.fromSeed(seed).split('made batch', step);
  const clips = Array.from({ length: training.batch }, () => kindOf(stream.integer(0, kinds), stream));
  const video = [
    pictures(clips, clipFrames(config), clip.frameSize, stream),
    ...many(views.local.video, () => pictures(clips, views.frames, views.frameSize, stream)),
  ];
  const audio = [
    sounds(clips, spectrogram.melBands, spectrogram.columns, stream),
    ...many(views.local.audio, () => sounds(clips, spectrogram.melBands, views.columns, stream)),
  ];
  return { step, microBatch: 0, video, audio, entries: madeEntries.slice(0, training.batch) };
}

/** Clips of all kinds in turn. */
export function madeProbeClips(config: XkdConfig): ProbeClips {
  const { spectrogram, clip } = config;
  const stream = RandomStream.fromSeed(0).split('made probe');
  const clips = Array.from({ length: probeClipCount(config) }, (_, i) => kindOf(i % kinds, stream));
  return {
    video: pictures(clips, clipFrames(config), clip.frameSize, stream),
    audio: sounds(clips, spectrogram.melBands, spectrogram.columns, stream),
  };
}

function many(count: number, make: () => NdArray): NdArray[] {
  return Array.from({ length: count }, make);
}

function kindOf(index: number, stream: RandomStream): Kind {
  return { index, phase: stream.uniform(0, 0.2) };
}

/** Moving stripes, `[B, 3, T, S, S]`; kinds differ in direction, width and colour. */
function pictures(clips: readonly Kind[], frames: number, size: number, stream: RandomStream): NdArray {
  const data = new Float32Array(clips.length * 3 * frames * size * size);
  let at = 0;
  for (const { index, phase } of clips) {
    const angle = (Math.PI * index) / kinds;
    const waves = 1 + (index % 3);
    for (let colour = 0; colour < 3; colour++) {
      const strength = Math.cos(2 * Math.PI * (index / 4 + colour / 3));
      for (let frame = 0; frame < frames; frame++)
        for (let y = 0; y < size; y++)
          for (let x = 0; x < size; x++) {
            const along = (x * Math.cos(angle) + y * Math.sin(angle)) / size;
            const wave = Math.cos(2 * Math.PI * (waves * along + phase + frame / frames));
            data[at++] = strength + wave + noise * stream.normal();
          }
    }
  }
  return { shape: [clips.length, 3, frames, size, size], data };
}

/** Ripples of loudness over frequency and time, `[B, 1, M, C]`; kinds differ in density, speed and direction. */
function sounds(clips: readonly Kind[], bands: number, columns: number, stream: RandomStream): NdArray {
  const data = new Float32Array(clips.length * bands * columns);
  let at = 0;
  for (const { index, phase } of clips) {
    const density = 1 + Math.floor(index / 4);
    const pace = [-2, -1, 1, 2][index % 4];
    for (let band = 0; band < bands; band++)
      for (let column = 0; column < columns; column++) {
        const wave = Math.cos(2 * Math.PI * ((density * band) / bands + (pace * column) / columns + phase));
        data[at++] = wave + noise * stream.normal();
      }
  }
  return { shape: [clips.length, 1, bands, columns], data };
}
