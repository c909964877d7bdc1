import type { XkdConfig } from 'xkd/core';
import type { Settings } from './trainer';

/** A number that a slider changes, by its key in the configuration. */
export interface Slider {
  readonly key: string;
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** The slider moves along the logarithm. */
  readonly isLog?: boolean;
  /** Other keys that take the same value. */
  readonly also?: readonly string[];
}

export const sliders: readonly Slider[] = [
  {
    key: 'optimiser.learningRate',
    label: 'learning rate (peak)',
    from: 1e-4,
    to: 2e-2,
    step: 0.05,
    isLog: true,
  },
  { key: 'loss.reconstruction', label: 'weight of reconstruction', from: 0, to: 10, step: 0.5 },
  { key: 'loss.distillation', label: 'weight of distillation', from: 0, to: 10, step: 0.5 },
  { key: 'loss.alignment', label: 'weight of alignment', from: 0, to: 10, step: 0.5 },
  { key: 'temperature.student', label: 'temperature of the students', from: 0.02, to: 0.5, step: 0.01 },
  {
    ...{ key: 'temperature.videoTeacher.end', label: 'temperature of the teachers' },
    ...{ from: 0.02, to: 0.5, step: 0.01 },
    also: [
      'temperature.videoTeacher.start',
      'temperature.audioTeacher.start',
      'temperature.audioTeacher.end',
    ],
  },
  { key: 'mask.video', label: 'mask of the video', from: 0.3, to: 0.95, step: 0.05 },
  { key: 'mask.audio', label: 'mask of the sound', from: 0.3, to: 0.95, step: 0.05 },
  { key: 'ema.start', label: "teachers' momentum (EMA)", from: 0.9, to: 1, step: 0.0005 },
];

/** Something that is on or off, with the settings of either. */
export interface Switch {
  readonly name: string;
  readonly label: string;
  readonly on: Settings;
  readonly off: Settings;
}

export const switches: readonly Switch[] = [
  {
    name: 'distillation',
    label: 'distillation',
    on: { 'loss.distillation': 2 },
    off: { 'loss.distillation': 0 },
  },
  { name: 'alignment', label: 'alignment', on: { 'loss.alignment': 1 }, off: { 'loss.alignment': 0 } },
  { name: 'refinement', label: 'refinement', on: { refinement: 'mean' }, off: { refinement: 'none' } },
  { name: 'centring', label: 'centring', on: { centreMomentum: 0.9 }, off: { centreMomentum: 1 } },
  { name: 'shuffled', label: 'shuffled pairs', on: { pairs: 'shuffled' }, off: { pairs: 'own' } },
];

/** Whether a switch is on in some settings. */
export function isOn({ on, name }: Switch, settings: Settings): boolean {
  if (name === 'centring') return Number(settings.centreMomentum) < 1;
  return Object.entries(on).every(([key, value]) =>
    typeof value === 'number' ? Number(settings[key]) > 0 : settings[key] === value,
  );
}

/** Values of a configuration at all keys that the page changes. */
export function changeable(config: XkdConfig): Settings {
  const keys = [
    ...sliders.flatMap(({ key, also = [] }) => [key, ...also]),
    ...switches.flatMap(({ on }) => Object.keys(on)),
  ];
  return Object.fromEntries([...new Set(keys)].map((key) => [key, valueAt(config, key)]));
}

function valueAt(config: XkdConfig, key: string): string | number {
  const value = key
    .split('.')
    .reduce<unknown>((tree, part) => (tree as Record<string, unknown>)[part], config);
  return value as string | number;
}
