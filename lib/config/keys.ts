import { z } from 'zod';
import { flattenConfig, type Override } from './configure';
import { configSchema, type XkdConfig } from './schema';
import { type Span, spans } from './span';

/** What a configuration key may hold, read from the schema. */
export interface ConfigField {
  /** Dotted, as an override names it. */
  readonly key: string;
  /** What the value means, with its unit; empty where the name says it all. */
  readonly help: string;
  /** Of the value, such as `px`; empty where it has none. */
  readonly unit: string;
  readonly values: FieldValues;
}

export type FieldValues =
  | {
      readonly kind: 'number';
      readonly integer: boolean;
      readonly bounds: Bounds;
      readonly span: Span | null;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'switch' }
  | { readonly kind: 'other' };

/** Ends of a range; null where it is open. */
export interface Bounds {
  readonly min: number | null;
  readonly max: number | null;
  /** Whether `min` is the first value that is not allowed. */
  readonly above: boolean;
  /** Whether `max` is the last one that is not allowed. */
  readonly below: boolean;
}

/** One configuration key as a listing shows it. */
export interface ConfigKey extends ConfigField {
  readonly value: Override;
}

/** Every key of a configuration with its value and what the schema tells of it. */
export function configKeys(config: XkdConfig): ConfigKey[] {
  return flattenConfig(config).map(([key, value]) => ({ ...configField(key), value }));
}

/** What the schema tells of a key. */
export function configField(key: string): ConfigField {
  const node = nodeAt(configSchema, key);
  if (!(node instanceof z.ZodType)) return { key, help: '', unit: '', values: { kind: 'other' } };
  const help = node.description ?? '';
  const values = valuesOf(node instanceof z.ZodDefault ? (node.unwrap() as z.ZodType) : node);
  return { key, help, unit: /\[([^\]]+)\]/.exec(help)?.[1] ?? '', values };
}

/** The schema of a dotted key; a name in a group may itself hold a dot. */
function nodeAt(node: unknown, key: string): unknown {
  if (!(node instanceof z.ZodObject)) return undefined;
  if (Object.hasOwn(node.shape, key)) return node.shape[key];
  const [first] = key.split('.', 1);
  return first === key ? undefined : nodeAt(node.shape[first], key.slice(first.length + 1));
}

/** The values of a field in words, such as `0 to 0.99`; empty where nothing can be said in a few. */
export function valuesText({ values }: ConfigField): string {
  if (values.kind === 'choice') return values.choices.join(', ');
  if (values.kind === 'switch') return 'true, false';
  if (values.kind === 'other') return '';
  const { min, max, above, below } = values.bounds;
  const low = min === null ? '' : above ? `above ${min}` : max === null ? `${min} or more` : `${min}`;
  const high = max === null ? '' : below ? `below ${max}` : `${max}`;
  return [low, high].filter((end) => end !== '').join(' to ');
}

function valuesOf(node: z.ZodType): FieldValues {
  if (node instanceof z.ZodBoolean) return { kind: 'switch' };
  if (node instanceof z.ZodEnum) return { kind: 'choice', choices: node.options.map(String) };
  if (!(node instanceof z.ZodNumber)) return { kind: 'other' };
  const schema = z.toJSONSchema(node);
  const [above, below] = [numberOf(schema.exclusiveMinimum), numberOf(schema.exclusiveMaximum)];
  const bounds = {
    min: above ?? numberOf(schema.minimum),
    max: below ?? numberOf(schema.maximum),
    above: above !== null,
    below: below !== null,
  };
  return { kind: 'number', integer: schema.type === 'integer', bounds, span: spans.get(node) ?? null };
}

/** A bound that says something. */
function numberOf(bound: number | boolean | undefined): number | null {
  return typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : null;
}
