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

/* Values derived from the table of losses. */

/** The total and the losses: the short summary of a step. */
export const lossSums = ['total', ...lossNames] as const;

/** Figures added to the paper's. Files of runs that were started before lack these columns. */
export const addedLossFigures: readonly string[] = [
  ...lossNames.filter((name) => (losses[name] as Loss).ours),
  ...termNames.filter((name) => termRow(name).ours),
];

/** Terms that contribute to the total of a configuration, in the order of the table. */
export function usedTerms(config: LossConfig): TermName[] {
  const { loss } = config;
  const choices: Readonly<Record<string, unknown>> = loss;
  return termNames.filter((name) => {
    const { loss: of, choice, when } = termRow(name);
    const chosen = choices[`${of}Of`] ?? 'both';
    return loss[of] !== 0 && (when?.(config) ?? true) && (chosen === 'both' || chosen === choice);
  });
}

/** Losses that would train the students' heads if all losses of the paper were on. */
export function headLosses(config: LossConfig): LossName[] {
  const all = usedTerms({ ...config, loss: { ...config.loss, ...lossDefaults.loss } }).map(termRow);
  const through = all.filter(({ from }) => from.some((source) => source.endsWith('Head')));
  return lossNames.filter((name) => through.some(({ loss }) => loss === name));
}

/** The remaining numbers under `loss`, which are used to compute terms. */
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
