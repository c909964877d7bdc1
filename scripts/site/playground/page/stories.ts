import type { Settings } from '../training/trainer';

/** A prepared run of about two minutes. */
export interface Story {
  readonly name: string;
  readonly title: string;
  readonly settings: Settings;
  readonly watch: readonly string[];
}

export const stories: readonly Story[] = [
  {
    name: 'alignment',
    title: 'Without alignment',
    settings: { 'loss.alignment': 0 },
    watch: [
      'The distillation loss falls nearly as before: each student learns to answer like the other teacher.',
      'The answers of the two teachers stay apart, because nothing pulls the two domains together.',
      'Compare the probe of the video with that of a run with alignment: same seed, same batches.',
    ],
  },
  {
    name: 'collapse',
    title: 'Collapse on purpose',
    settings: {
      'ema.start': 0.9,
      'temperature.videoTeacher.start': 0.2,
      'temperature.videoTeacher.end': 0.2,
      'temperature.audioTeacher.start': 0.2,
      'temperature.audioTeacher.end': 0.2,
    },
    watch: [
      'The teachers follow their students at once, and are as unsure as they are: nothing sharpens the answers.',
      'The entropies rise to 100 %: every clip gets the same, uniform answer. The page says so when it happens.',
      'The distillation loss stays above the logarithm of the number of outputs (4.85), although the training goes on.',
    ],
  },
  {
    name: 'shuffled',
    title: 'Shuffled pairs',
    settings: { pairs: 'shuffled' },
    watch: [
      'Each video gets the sound of another clip: what a teacher hears tells nothing about what a student sees.',
      'The students can learn no more than the teachers’ mean answer, so the distillation loss stops falling early.',
      'The probe of the video gains nothing over reconstruction alone: the gain comes from what both share.',
    ],
  },
];
