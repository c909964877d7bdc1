import { type ConfigKey, type XkdConfig, configKeys, isLiveKey, whyIdle } from '../../config';
import { UserError } from '../../errors';

/** Keys under a common heading. */
export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly (ConfigKey & { readonly name: string })[];
  /** Why some of its keys, which are left out, have no effect; null where all have one. */
  readonly note: string | null;
}

/**
 * What may change while a run is under way, in groups. Keys that have no effect in this configuration are left out.
 *
 * @param keys keys such as `mask.video`, or groups such as `loss` (the part before the dot); default: all
 * @throws UserError if a key may not change during a run
 */
export function liveFields(config: XkdConfig, keys?: readonly string[]): FieldGroup[] {
  const live = configKeys(config).filter(({ key }) => isLiveKey(key));
  const chosen = keys === undefined ? live : keys.flatMap((key) => fieldsOf(key, live));
  const groups = new Map<string, FieldGroup>();
  for (const field of new Set(chosen)) {
    const [title, name] = wordsOf(field.key);
    const { fields, note } = groups.get(title) ?? { fields: [], note: null };
    const idle = whyIdle(config, field.key);
    const shown = idle === null ? [{ ...field, name: withUnit(name, field.unit) }] : [];
    groups.set(title, { title, fields: [...fields, ...shown], note: idle ?? note });
  }
  return [...groups.values()];
}

function fieldsOf(asked: string, live: readonly ConfigKey[]): ConfigKey[] {
  const found = live.filter(({ key }) => key === asked || key.startsWith(`${asked}.`));
  if (found.length > 0) return found;
  const groups = [...new Set(live.map(({ key }) => key.split('.')[0]))];
  throw new UserError(
    `"${asked}" cannot change while a run is under way; these can: ${groups.join(', ')} and the keys below them (xkd config nano --keys).`,
  );
}

/**
 * Splits `temperature.videoTeacher.start` into the heading `temperature` and the name `video teacher, start`.
 */
function wordsOf(key: string): [title: string, name: string] {
  const words = key.split('.').map((word) => word.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
  return words.length === 1 ? ['method', words[0]] : [words[0], words.slice(1).join(', ')];
}

/** Turns `warmup epochs` in epochs into `warmup [epochs]`. */
function withUnit(name: string, unit: string): string {
  if (unit === '') return name;
  return `${name.endsWith(` ${unit}`) ? name.slice(0, -unit.length - 1) : name} [${unit}]`;
}
