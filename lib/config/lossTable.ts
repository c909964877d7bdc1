import { z } from 'zod';
import { spans } from './span';

/*
 * Everything that is known of the losses without computing them. The schema, the total, metrics, figures, the cost and the
 * ablation read it here; `lib/model/lossTerms.ts` computes each term.
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

/** Their values in the paper. */
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

/** The part of a configuration that {@link lossKeys} describe. */
export type LossConfig = {
  readonly [Key in keyof typeof lossKeys]: Readonly<z.infer<(typeof lossKeys)[Key]>>;
};

/** A loss: the mean of those of its terms that are in use. */
export interface Loss {
  /** Its name where there is no room. */
  readonly short: string;
  /** Whether the paper has none. */
  readonly ours?: boolean;
}

/** The losses by their names, in the order of the columns of metrics; the weight's key is `loss.NAME`. */
export const losses = {
  reconstruction: { short: 'recon' },
  distillation: { short: 'distil' },
  alignment: { short: 'align' },
} as const satisfies Partial<Record<keyof LossConfig['loss'], Loss>>;
export type LossName = keyof typeof losses;
export const lossNames = Object.keys(losses) as LossName[];
/** In the order in which the paper adds them up, on which the last digit of a sum depends. */
export const lossesInTotal: readonly LossName[] = [...lossNames].reverse();

/** What a term is computed from: a decoder, patch means of a student's masked global view, a student's head, the teachers. */
export type LossSource = `${'video' | 'audio'}${'Decoder' | 'Features' | 'Head'}` | 'teachers';

/** Sizes that the work of a term follows from. */
export interface TermSizes {
  /** Clips that go through together. */
  readonly clips: number;
  /** Vectors from each student's head: clips times views. */
  readonly video: number;
  readonly audio: number;
  /** Width of features. */
  readonly width: number;
  /** Outputs of a head. */
  readonly outputs: number;
}

/** FLOPs of a term, and values that it keeps for the backward pass. */
export interface TermWork {
  readonly forward: number;
  readonly backward: number;
  readonly keptValues: number;
}

/** A term of a loss. */
export interface LossTermRow {
  /** The loss that it is a term of. */
  readonly loss: LossName;
  /** The value of `loss.NAMEOf` that chooses it alone. */
  readonly choice?: string;
  /** Whether a configuration offers it; default: always. */
  readonly when?: (config: LossConfig) => boolean;
  readonly from: readonly LossSource[];
  /** Its name in figures. */
  readonly label: string;
  /** What stands behind the label on an axis. */
  readonly unit: string;
  /** Its work beside that of its sources, and the part of a step that it is counted in. */
  readonly work?: { readonly part: string; readonly of: (sizes: TermSizes) => TermWork };
  /** Whether the paper has none. */
  readonly ours?: boolean;
}

/** The terms by their names, in the order of the columns of metrics. */
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
    work: { part: 'distillation', of: ({ audio, outputs }) => distillationWork(audio, outputs) },
  },
  audioToVideo: {
    loss: 'distillation',
    choice: 'audioToVideo',
    from: ['teachers', 'videoHead'],
    label: 'audio to video',
    unit: '[nats]',
    work: { part: 'distillation', of: ({ video, outputs }) => distillationWork(video, outputs) },
  },
  studentAlignment: {
    loss: 'alignment',
    choice: 'students',
    when: ({ alignment }) => alignment === 'mmd',
    from: ['videoHead', 'audioHead'],
    label: 'student alignment',
    unit: '(MMD)',
    work: { part: 'students: alignment', of: ({ video, audio, outputs }) => mmdWork(video, audio, outputs) },
  },
  teacherAlignment: {
    loss: 'alignment',
    choice: 'teachers',
    when: ({ alignment }) => alignment === 'mmd',
    from: ['teachers'],
    label: 'teacher alignment',
    unit: '(MMD)',
    work: { part: 'teachers: alignment', of: ({ clips, outputs }) => mmdWork(clips, clips, outputs) },
  },
  studentContrast: {
    loss: 'alignment',
    choice: 'students',
    when: ({ alignment }) => alignment === 'contrastive',
    from: ['videoFeatures', 'audioFeatures'],
    label: 'student contrast',
    unit: '[nats]',
    work: { part: 'students: contrast', of: ({ clips, width }) => infoNceWork(clips, width) },
    ours: true,
  },
} as const satisfies Record<string, LossTermRow>;
export type TermName = keyof typeof lossTermTable;
export const termNames = Object.keys(lossTermTable) as TermName[];

/** A row of {@link lossTermTable}. */
export function termRow(name: TermName): LossTermRow {
  return lossTermTable[name];
}

/** Why values of the losses make no sense together, with the way out; null where they do. */
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

/** A row of the ablation that switches losses: what it changes in all of XKD. */
export interface LossAblation {
  readonly name: string;
  readonly title: string;
  readonly overrides: Readonly<Record<string, string | number>>;
  /** Whether the paper has no such row. */
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

/** Distillation of a student's vectors: it keeps their log-softmax, and the teacher's distribution beside each. */
function distillationWork(vectors: number, outputs: number): TermWork {
  return { forward: 0, backward: 0, keptValues: 2 * vectors * outputs };
}

/** Widths of the Gaussian kernels of the MMD, whose values are kept. */
const mmdKernels = 7;

/**
 * MMD of n and m vectors: differences of all pairs of x and x, y and y, x and y, squared and summed (3 per pair and
 * value); backward recomputed, weighted, and summed for both ends (4). The one element-wise work that is counted, for
 * it grows with the square of the batch. All kernels of all pairs are kept.
 */
function mmdWork(n: number, m: number, outputs: number): TermWork {
  const pairs = n * n + m * m + n * m;
  return { forward: 3 * pairs * outputs, backward: 4 * pairs * outputs, keptValues: mmdKernels * pairs };
}

/**
 * InfoNCE of n clips: one product of all pairs, two in the backward pass. It keeps features and unit rows with their
 * norms, and the log-softmax of all pairs both ways.
 */
function infoNceWork(n: number, width: number): TermWork {
  const product = 2 * n * n * width;
  return { forward: product, backward: 2 * product, keptValues: 2 * n * (2 * width + rowNorms) + 2 * n * n };
}

/** What dividing a row by its L2 norm keeps beside the row: the sum of squares, its root, and the divisor. */
export const rowNorms = 3;
