/**
 * Keys by which the libraries of model hubs recognise a network. In a `config.json` of their layout, they appear next to
 * the keys of a configuration.
 */
export const hubWords = { model_type: 'xkd', architectures: ['XKD'] } as const;

/** The same values without {@link hubWords}. */
export function withoutHubWords(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !Object.hasOwn(hubWords, key)));
}
