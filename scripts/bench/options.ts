import { UserError } from 'xkd/dist/errors';

export const benchPresets = ['nano', 'tiny', 'base'] as const;
export const benchEngines = ['eager', 'compiled', 'pytorch'] as const;
export const benchPrecisions = ['fp32', 'bf16'] as const;
export const benchKinds = ['step', 'features'] as const;

/** In addition to the kinds of rows: how fast clips are read from files and from their extracted forms. */
export const dataKind = 'data';
/** Compares linear SVMs with scikit-learn's. */
export const svmKind = 'svm';
/** Checks that failing runs are reported, and healthy ones are not. */
export const healthKind = 'health';

/** Compares whole training with its step alone and its loader alone. */
export const runKind = 'run';
/** Compares runs on several processes with the same run on one. */
export const scaleKind = 'scale';

export type BenchPreset = (typeof benchPresets)[number];
export type BenchEngine = (typeof benchEngines)[number];
export type BenchPrecision = (typeof benchPrecisions)[number];
/** `step`: forward, backward, clipping, AdamW, EMA; `features`: both teachers' features of the global views. */
export type BenchKind = (typeof benchKinds)[number];

/** Precisions that each engine supports. */
export const enginePrecisions: Readonly<Record<BenchEngine, readonly BenchPrecision[]>> = {
  eager: ['fp32'],
  compiled: ['fp32', 'bf16'],
  pytorch: ['fp32', 'bf16'],
};

/** The rows to measure. */
export interface BenchChoice {
  readonly presets: readonly BenchPreset[];
  readonly batches: readonly number[];
  readonly precisions: readonly BenchPrecision[];
  readonly engines: readonly BenchEngine[];
  readonly kinds: readonly BenchKind[];
  /** Counted steps of each engine; null: a number that suits the preset. */
  readonly rounds: number | null;
  /** Number of micro-batches per step. */
  readonly accumulate: number;
}

/** Rows that are measured together: their engines take turns, step by step. */
export interface BenchGroup {
  readonly preset: BenchPreset;
  readonly batch: number;
  readonly precision: BenchPrecision;
  readonly kind: BenchKind;
  readonly accumulate: number;
  readonly engines: readonly BenchEngine[];
  readonly rounds: number;
}

const defaultRounds: Readonly<Record<BenchPreset, Readonly<Record<BenchKind, number>>>> = {
  nano: { step: 50, features: 50 },
  tiny: { step: 12, features: 20 },
  base: { step: 5, features: 8 },
};

/**
 * The groups to measure, small ones first, and a sentence for everything that was requested but is left out.
 *
 * @param unavailable why PyTorch is not available; null if it is
 */
export function selectGroups(
  choice: BenchChoice,
  unavailable: string | null = null,
): { groups: BenchGroup[]; leftOut: string[] } {
  const groups: BenchGroup[] = [];
  const leftOut = new Set<string>();
  if (unavailable !== null && choice.engines.includes('pytorch')) leftOut.add(unavailable);
  for (const preset of benchPresets.filter((each) => choice.presets.includes(each)))
    for (const kind of choice.kinds)
      for (const batch of choice.batches)
        for (const precision of choice.precisions) {
          const accumulate = kind === 'step' ? choice.accumulate : 1;
          const engines = choice.engines.filter((engine) => {
            if (engine === 'pytorch' && unavailable !== null) return false;
            if (engine === 'pytorch' && accumulate > 1) {
              leftOut.add(
                'Accumulated steps are measured without PyTorch: its side takes whole batches only.',
              );
              return false;
            }
            if (enginePrecisions[engine].includes(precision)) return true;
            leftOut.add(
              `There are no ${precision} rows of ${engine}: it computes in ${enginePrecisions[engine]}.`,
            );
            return false;
          });
          const rounds = choice.rounds ?? defaultRounds[preset][kind];
          if (engines.length > 0)
            groups.push({ preset, batch, precision, kind, accumulate, engines, rounds });
        }
  return { groups, leftOut: [...leftOut] };
}

/** Parses a command line list such as `nano,base`. */
export function parseList<T extends string>(option: string, text: string, allowed: readonly T[]): T[] {
  const words = text.split(',').map((word) => word.trim());
  const wrong = words.find((word) => !(allowed as readonly string[]).includes(word));
  if (wrong !== undefined) {
    throw new UserError(`--${option} knows no "${wrong}"; choose from ${allowed.join(', ')}.`);
  }
  return allowed.filter((each) => words.includes(each));
}

/** Parses integers of at least 1, such as `2,8`. */
export function parseCounts(option: string, text: string): number[] {
  return text.split(',').map((word) => {
    const value = Number(word);
    if (!Number.isInteger(value) || value < 1) {
      throw new UserError(`--${option} takes whole numbers of at least 1, not "${word}".`);
    }
    return value;
  });
}
