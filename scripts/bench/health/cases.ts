import type { NamedOverrides } from 'xkd/dist/config';

/** Fault put into the clips before the network gets them. */
export type Fault =
  | 'silent sound'
  | 'black pictures'
  | 'one clip for all'
  | 'noise for pictures'
  | 'noise for sound'
  | 'values that are not finite';

/** A run whose reported problems are checked. */
export interface HealthCase {
  readonly name: string;
  readonly overrides: NamedOverrides;
  readonly fault?: Fault;
  /** For a failing run: pattern that its warnings or its last error must match. Null: nothing may be reported. */
  readonly names: RegExp | null;
}

const teacherTemperature = (value: number): NamedOverrides => ({
  'temperature.videoTeacher.start': value,
  'temperature.videoTeacher.end': value,
  'temperature.audioTeacher.start': value,
  'temperature.audioTeacher.end': value,
});
const ema = (value: number): NamedOverrides => ({ 'ema.start': value, 'ema.end': value });

const alike = /features of the .* are alike/;
const diverged = /features of the .* are alike|no better than by their mean|not finite|far above/;
/** Weight decay alone changes the features a little. */
const unlearnt = /learnt nothing|no better than by their mean/;
const sameAnswers = /answers every clip alike/;

/** Runs that are made to fail, each in a different way. */
export const failingCases: readonly HealthCase[] = [
  { name: 'learning rate 0.2', overrides: { 'optimiser.learningRate': 0.2 }, names: diverged },
  { name: 'learning rate 1', overrides: { 'optimiser.learningRate': 1 }, names: diverged },
  { name: 'learning rate 1e-7', overrides: { 'optimiser.learningRate': 1e-7 }, names: /learnt nothing/ },
  { name: 'epsilon 10', overrides: { 'optimiser.epsilon': 10 }, names: unlearnt },
  { name: 'weight decay 400', overrides: { 'optimiser.weightDecay': 400 }, names: diverged },
  { name: 'clip 1e-6', overrides: { 'optimiser.clip': 1e-6 }, names: /gradients are clipped|learnt nothing/ },
  { name: 'teachers at momentum 0.5', overrides: ema(0.5), names: /nothing left to learn/ },
  { name: 'teachers at momentum 0', overrides: ema(0), names: sameAnswers },
  { name: 'teachers at momentum 1', overrides: ema(1), names: /do not follow the students/ },
  { name: 'no centring', overrides: { centreMomentum: 1, ...ema(0.9) }, names: sameAnswers },
  { name: 'no centring, slower', overrides: { centreMomentum: 1, ...ema(0.98) }, names: sameAnswers },
  { name: 'teachers too soft', overrides: { ...teacherTemperature(5), ...ema(0.99) }, names: sameAnswers },
  { name: 'students too sharp', overrides: { 'temperature.student': 0.01 }, names: /worse than if/ },
  { name: 'shuffled pairs', overrides: { pairs: 'shuffled' }, names: /no better than to others/ },
  { name: 'silent sound', overrides: {}, fault: 'silent sound', names: alike },
  { name: 'black pictures', overrides: {}, fault: 'black pictures', names: alike },
  { name: 'one clip for all', overrides: {}, fault: 'one clip for all', names: alike },
  { name: 'noise for pictures', overrides: {}, fault: 'noise for pictures', names: /patches of the video/ },
  { name: 'noise for sound', overrides: {}, fault: 'noise for sound', names: /patches of the sound/ },
  { name: 'not finite', overrides: {}, fault: 'values that are not finite', names: /not finite/ },
];

/** Normal runs, with various seeds, variants and settings. */
export const healthyCases: readonly HealthCase[] = [
  ...[0, 1, 2, 3, 4].map((seed) => healthy(`seed ${seed}`, { seed })),
  healthy('shared blocks of students', { sharing: 'students' }),
  healthy('shared blocks of all', { sharing: 'teachersAndStudents' }),
  healthy('reconstruction alone', { 'loss.distillation': 0, 'loss.alignment': 0 }),
  healthy('video reconstruction alone', { 'loss.distillation': 0, 'loss.alignment': 0, 'loss.reconstructionOf': 'video' }), // prettier-ignore
  healthy('video to audio alone', { 'loss.distillationOf': 'videoToAudio' }),
  healthy('audio to video alone', { 'loss.distillationOf': 'audioToVideo' }),
  healthy('alignment of students', { 'loss.alignmentOf': 'students' }),
  healthy('no refinement', { refinement: 'none' }),
  healthy('softmax refinement', { refinement: 'softmax' }),
  healthy('lower masks', { 'mask.video': 0.6, 'mask.audio': 0.6 }),
  healthy('learning rate 1e-3', { 'optimiser.learningRate': 1e-3 }),
  healthy('learning rate 4e-3', { 'optimiser.learningRate': 4e-3 }),
  healthy('weight decay 0.3', { 'optimiser.weightDecay': 0.3 }),
  healthy('batches of 12', { 'training.batch': 12 }),
  healthy('bf16', { 'training.precision': 'bf16' }),
];

function healthy(name: string, overrides: NamedOverrides): HealthCase {
  return { name, overrides, names: null };
}
