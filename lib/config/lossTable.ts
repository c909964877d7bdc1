import { z } from 'zod';
import { spans } from './span';

/*
 * Everything about the losses except their computation. The schema, the total, metrics, figures, the cost and the ablation
 * read it here; `lib/model/lossTerms.ts` computes each term.
 */

const weightSpan = { from: 0, to: 10, step: 0.1 };
const weightOf = (symbol: string) =>
  z.number().min(0).describe(`weight of ${symbol}; 0: off`).register(spans, weightSpan);

/** Configuration keys of the losses. */
export const lossKeys = {
  alignment: z
    .enum(['mmd', 'contrastive'])
    .default('mmd')
    .describe(
      'what L_da compares: mmd, head outputs as in the paper; contrastive, features of students (InfoNCE)',
    ),
  loss: z.strictObject({
    alignment: weightOf('L_da'),
    distillation: weightOf('L_kd'),
    reconstruction: weightOf('L_ae'),
    alignmentOf: z.enum(['both', 'students', 'teachers']).describe('domains whose MMD is in L_da'),
    distillationOf: z
      .enum(['both', 'videoToAudio', 'audioToVideo'])
      .describe('directions, from teacher to student, in L_kd'),
    reconstructionOf: z
      .enum(['both', 'video', 'audio'])
      .describe('modalities that are reconstructed in L_ae'),
    alignmentTemperature: z
      .number()
      .min(0.01)
      .max(1)
      .register(spans, { from: 0.01, to: 1, step: 0.005 })
      .default(0.07)
      .describe('temperature of alignment=contrastive'),
  }),
};

/** Values of these keys in the paper. */
export const lossDefaults: LossConfig = {
  alignment: 'mmd',
  loss: {
    alignment: 1,
    distillation: 1,
    reconstruction: 5,
    alignmentOf: 'both',
    distillationOf: 'both',
    reconstructionOf: 'both',
    alignmentTemperature: 0.07,
  },
};

/** The part of a configuration described by {@link lossKeys}. */
export type LossConfig = {
  readonly [Key in keyof typeof lossKeys]: Readonly<z.infer<(typeof lossKeys)[Key]>>;
};

/** A loss: the mean of those of its terms that are in use. */
export interface Loss {
  /** Short name, for tight spaces. */
  readonly short: string;
  /** True if the paper has no such loss. */
  readonly ours?: boolean;
}

/** The losses by name, in the order of the metrics' columns. The key of a loss's weight is `loss.NAME`. */
export const losses = {
  reconstruction: { short: 'recon' },
  distillation: { short: 'distil' },
  alignment: { short: 'align' },
} as const satisfies Partial<Record<keyof LossConfig['loss'], Loss>>;
export type LossName = keyof typeof losses;
export const lossNames = Object.keys(losses) as LossName[];
/** The order in which the paper adds the losses. The last digit of the sum depends on it. */
export const lossesInTotal: readonly LossName[] = [...lossNames].reverse();

/** Source of a term: a decoder, patch means of a student's masked global view, a student's head, or the teachers. */
export type LossSource = `${'video' | 'audio'}${'Decoder' | 'Features' | 'Head'}` | 'teachers';

/** A term of a loss. */
export interface LossTermRow {
  /** The loss to which the term belongs. */
  readonly loss: LossName;
  /** Value of `loss.NAMEOf` that selects only this term. */
  readonly choice?: string;
  /** True if the term is available in a configuration; default: always. */
  readonly when?: (config: LossConfig) => boolean;
  readonly from: readonly LossSource[];
  /** Name of the term in figures. */
  readonly label: string;
  /** Unit, shown after the label on an axis. */
  readonly unit: string;
  /** True if the paper has no such term. */
  readonly ours?: boolean;
}

/** The terms by name, in the order of the metrics' columns. */
export const lossTermTable = {
  videoReconstruction: {
    loss: 'reconstruction',
    choice: 'video',
    from: ['videoDecoder'],
    label: 'video reconstruction',
    unit: '',
  },
  audioReconstruction: {
    loss: 'reconstruction',
    choice: 'audio',
    from: ['audioDecoder'],
    label: 'audio reconstruction',
    unit: '',
  },
  videoToAudio: {
    loss: 'distillation',
    choice: 'videoToAudio',
    from: ['teachers', 'audioHead'],
    label: 'video to audio',
    unit: '[nats]',
  },
  audioToVideo: {
    loss: 'distillation',
    choice: 'audioToVideo',
    from: ['teachers', 'videoHead'],
    label: 'audio to video',
    unit: '[nats]',
  },
  studentAlignment: {
    loss: 'alignment',
    choice: 'students',
    when: ({ alignment }) => alignment === 'mmd',
    from: ['videoHead', 'audioHead'],
    label: 'student alignment',
    unit: '(MMD)',
  },
  teacherAlignment: {
    loss: 'alignment',
    choice: 'teachers',
    when: ({ alignment }) => alignment === 'mmd',
    from: ['teachers'],
    label: 'teacher alignment',
    unit: '(MMD)',
  },
  studentContrast: {
    loss: 'alignment',
    choice: 'students',
    when: ({ alignment }) => alignment === 'contrastive',
    from: ['videoFeatures', 'audioFeatures'],
    label: 'student contrast',
    unit: '[nats]',
    ours: true,
  },
} as const satisfies Record<string, LossTermRow>;
export type TermName = keyof typeof lossTermTable;
export const termNames = Object.keys(lossTermTable) as TermName[];

/** One row of {@link lossTermTable}. */
export function termRow(name: TermName): LossTermRow {
  return lossTermTable[name];
}

/** Why values of the losses make no sense together, and how to fix that; null if they are consistent. */
export function lossComplaint(config: LossConfig & ClipsTogether): string | null {
  const choices: Readonly<Record<string, unknown>> = config.loss;
  const unused = lossesInTotal.find(
    (name) => config.loss[name] === 0 && (choices[`${name}Of`] ?? 'both') !== 'both',
  );
  return unused === undefined
    ? alignmentComplaint(config)
    : `loss.${unused}Of is "${String(choices[`${unused}Of`])}" but loss.${unused} is 0, so it would change nothing; give loss.${unused} a weight, or leave loss.${unused}Of out.`;
}

interface ClipsTogether {
  readonly training: { readonly batch: number; readonly accumulate: number };
}

function alignmentComplaint({ alignment, loss, training }: LossConfig & ClipsTogether): string | null {
  if (alignment === 'mmd') return null;
  if (loss.alignment === 0)
    return 'alignment is "contrastive" but loss.alignment is 0, so it would change nothing; give loss.alignment a weight, or leave alignment out.';
  if (loss.alignmentOf === 'teachers')
    return 'alignment is "contrastive", which compares students alone, but loss.alignmentOf is "teachers"; set loss.alignmentOf=students, or alignment=mmd.';
  return training.batch === training.accumulate
    ? 'alignment is "contrastive" but only one clip goes through at a time, so there is no other to tell it from; choose a larger training.batch or a smaller training.accumulate.'
    : null;
}

/** An ablation row that switches losses: its changes to full XKD. */
export interface LossAblation {
  readonly name: string;
  readonly title: string;
  readonly overrides: Readonly<Record<string, string | number>>;
  /** True if the paper has no such row. */
  readonly ours?: boolean;
}

const noTeachers = { 'loss.alignment': 0, 'loss.distillation': 0 };

/** In the order of the ablation's table. */
export const lossAblations: readonly LossAblation[] = [
  {
    name: 'video',
    title: 'video reconstruction only',
    overrides: { ...noTeachers, 'loss.reconstructionOf': 'video' },
  },
  { name: 'reconstruction', title: 'both reconstructions', overrides: noTeachers },
  {
    name: 'distillation',
    title: '+ distillation',
    overrides: { 'loss.alignment': 0, refinement: 'none' },
  },
  { name: 'alignment', title: '+ alignment', overrides: { 'loss.distillation': 0 } },
  {
    name: 'contrastive',
    title: 'full XKD, contrastive alignment',
    overrides: { alignment: 'contrastive' },
    ours: true,
  },
];
