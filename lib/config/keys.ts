import { z } from 'zod';
import { flattenConfig, type Override } from './overrides';
import { configSchema, type XkdConfig } from './schema';
import { type Span, spans } from './span';

/** Properties of a configuration key, read from the schema. */
export interface ConfigField {
  /** Dotted, as in an override. */
  readonly key: string;
  /** Meaning of the value, with its unit; empty if the name is self-explanatory. */
  readonly help: string;
  /** Unit of the value, such as `px`; empty if it has none. */
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

/** Ends of a range; null if open. */
export interface Bounds {
  readonly min: number | null;
  readonly max: number | null;
  /** True if `min` itself is excluded. */
  readonly above: boolean;
  /** True if `max` itself is excluded. */
  readonly below: boolean;
}

/** One configuration key as shown in a listing. */
export interface ConfigKey extends ConfigField {
  readonly value: Override;
}

/** Every key of a configuration with its value and its properties from the schema. */
export function configKeys(config: XkdConfig): ConfigKey[] {
  return flattenConfig(config).map(([key, value]) => ({ ...configField(key), value }));
}

/** Properties of a key, read from the schema. */
export function configField(key: string): ConfigField {
  const node = nodeAt(configSchema, key);
  if (!(node instanceof z.ZodType)) return { key, help: '', unit: '', values: { kind: 'other' } };
  const help = node.description ?? '';
  const values = valuesOf(node instanceof z.ZodDefault ? (node.unwrap() as z.ZodType) : node);
  return { key, help, unit: /\[([^\]]+)\]/.exec(help)?.[1] ?? '', values };
}

/** Schema of a dotted key. A name within a group may itself contain a dot. */
function nodeAt(node: unknown, key: string): unknown {
  if (node instanceof z.ZodPrefault) return nodeAt(node.unwrap(), key);
  if (!(node instanceof z.ZodObject)) return undefined;
  if (Object.hasOwn(node.shape, key)) return node.shape[key];
  const [first] = key.split('.', 1);
  return first === key ? undefined : nodeAt(node.shape[first], key.slice(first.length + 1));
}

/** Allowed values of a field in words, such as `0 to 0.99`; empty if they cannot be described briefly. */
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

/** The bound, or null if it is not a meaningful limit. */
function numberOf(bound: number | boolean | undefined): number | null {
  return typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : null;
}
