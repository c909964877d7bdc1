import {
  type Loss,
  type LossConfig,
  type LossName,
  type TermName,
  lossDefaults,
  lossNames,
  losses,
  termNames,
  termRow,
} from './lossTable';

/*
 * What follows from the table of losses.
 */

/** The total and the losses: what is told of a step in short. */
export const lossSums = ['total', ...lossNames] as const;

/** Figures that were added to the paper's: files of runs that were begun before have no such columns. */
export const addedLossFigures: readonly string[] = [
  ...lossNames.filter((name) => (losses[name] as Loss).ours),
  ...termNames.filter((name) => termRow(name).ours),
];

/** Terms that have a part in the total of a configuration, in the order of the table. */
export function usedTerms(config: LossConfig): TermName[] {
  const { loss } = config;
  const choices: Readonly<Record<string, unknown>> = loss;
  return termNames.filter((name) => {
    const { loss: of, choice, when } = termRow(name);
    const chosen = choices[`${of}Of`] ?? 'both';
    return loss[of] !== 0 && (when?.(config) ?? true) && (chosen === 'both' || chosen === choice);
  });
}

/** Losses that would train the students' heads if all of the paper's were on. */
export function headLosses(config: LossConfig): LossName[] {
  const all = usedTerms({ ...config, loss: { ...config.loss, ...lossDefaults.loss } }).map(termRow);
  const through = all.filter(({ from }) => from.some((source) => source.endsWith('Head')));
  return lossNames.filter((name) => through.some(({ loss }) => loss === name));
}

/** The other numbers under `loss`, which terms are computed with. */
export type LossSettings<N = number> = {
  readonly [Key in Exclude<NumericKey<LossConfig['loss']>, LossName>]: N;
};
type NumericKey<T> = { [Key in keyof T]: T[Key] extends number ? Key : never }[keyof T];

export function lossSettings({ loss }: LossConfig): LossSettings {
  const numbers = Object.entries(loss).filter(
    ([key, value]) => typeof value === 'number' && !Object.hasOwn(losses, key),
  );
  return Object.fromEntries(numbers) as unknown as LossSettings;
}
