import { formatCsvLine } from '../../files/csv';
import { clipPath, drawClip, heardImpacts, seenImpacts, type ClipSpec, type SampleSplit } from './clipSpec';
import type { SampleSettings } from './sampleSettings';
import { humLevel } from './soundSpec';

type Cell = string | number;

/** Columns of `index.csv` and their values for a clip. Times are in seconds; several are joined by `;`. */
const columns: Readonly<Record<string, (spec: ClipSpec) => Cell>> = {
  path: clipPath,
  label: ({ label }) => label,
  split: ({ split }) => split,
  seed: ({ seed }) => seed,
  duration: ({ durationSeconds }) => durationSeconds,
  events: (spec) => times(seenImpacts(spec)),
  soundEvents: (spec) => times(heardImpacts(spec)),
  videoClass: ({ videoClass }) => videoClass,
  audioClass: ({ audioClass }) => audioClass,
  motion: ({ motion }) => motion.pattern,
  tempoSeconds: ({ motion }) => rounded(motion.tempoSeconds),
  radiusPixels: ({ scene }) => rounded(scene.object.radius),
  squareness: ({ scene }) => rounded(scene.object.squareness),
  stripeDegrees: ({ scene }) => scene.object.stripes.degrees,
  stripePeriodPixels: ({ scene }) => rounded(scene.object.stripes.periodPixels),
  stripeColours: ({ scene }) => scene.object.stripes.colours.map(hex).join(';'),
  backgroundPeriodPixels: ({ scene }) => rounded(scene.background.periodPixels),
  visualNoise: ({ scene }) => rounded(scene.visualNoise),
  clutter: ({ scene }) => scene.clutter.length,
  pitch: ({ sound }) => rounded(sound.pitch),
  soundPeak: ({ sound }) => rounded(sound.peak),
  soundNoise: ({ sound }) => rounded(sound.noiseLevel),
  soundClutter: ({ sound }) => sound.unseen.length,
  soundHum: ({ sound }) => rounded(humLevel(sound)),
};

/** All clips of a sample set, the training clips first. */
export function drawClips(settings: SampleSettings): ClipSpec[] {
  const draw = (split: SampleSplit, count: number): ClipSpec[] =>
    Array.from({ length: count }, (_, index) => drawClip(settings, split, index));
  return [...draw('train', settings.train), ...draw('test', settings.test)];
}

/** The text of `index.csv`. */
export function sampleIndex(specs: readonly ClipSpec[]): string {
  const lines = specs.map((spec) => formatCsvLine(Object.values(columns).map((cell) => cell(spec))));
  return `${[formatCsvLine(Object.keys(columns)), ...lines].join('\n')}\n`;
}

function times(seconds: readonly number[]): string {
  return seconds.map((value) => value.toFixed(4)).join(';');
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

function hex(colour: readonly number[]): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
