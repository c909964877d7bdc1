import type { Argument, Option } from 'commander';

/** What a shell may complete a word to. */
export interface Candidate {
  readonly text: string;
  /** What it means, where the shell shows that. */
  readonly help?: string;
}

type Values = readonly (string | Candidate)[];

const suggestions = new WeakMap<Option | Argument, () => Values>();

/** Notes values for completion, where others are taken as well or are refused in a better sentence than commander's. */
export function suggest<T extends Option | Argument>(what: T, values: () => Values): T {
  suggestions.set(what, values);
  return what;
}

/** Values of an option or argument: its choices, or what was noted. */
export function suggestionsFor(what: Option | Argument): Candidate[] {
  const values: Values = what.argChoices ?? suggestions.get(what)?.() ?? [];
  return values.map((value) => (typeof value === 'string' ? { text: value } : value));
}
