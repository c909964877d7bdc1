import type { Argument, Option } from 'commander';

/** A possible completion of a word. */
export interface Candidate {
  readonly text: string;
  /** Its meaning, for shells that show it. */
  readonly help?: string;
}

type Values = readonly (string | Candidate)[];

const suggestions = new WeakMap<Option | Argument, () => Values>();

/**
 * Registers values for completion. Used if other values are accepted as well, or are rejected with a better message
 * than commander's.
 */
export function suggest<T extends Option | Argument>(what: T, values: () => Values): T {
  suggestions.set(what, values);
  return what;
}

/** Values of an option or argument: its choices, or the registered values. */
export function suggestionsFor(what: Option | Argument): Candidate[] {
  const values: Values = what.argChoices ?? suggestions.get(what)?.() ?? [];
  return values.map((value) => (typeof value === 'string' ? { text: value } : value));
}
