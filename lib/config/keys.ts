import { z } from 'zod';
import { flattenConfig, type Override } from './configure';
import { configSchema, type XkdConfig } from './schema';

/** One configuration key as a listing shows it. */
export interface ConfigKey {
  /** Dotted, as an override names it. */
  readonly key: string;
  readonly value: Override;
  /** What the value means, with its unit; empty where the name says it all. */
  readonly help: string;
}

/** Every key of a configuration with its value and the schema's description. */
export function configKeys(config: XkdConfig): ConfigKey[] {
  return flattenConfig(config).map(([key, value]) => ({ key, value, help: describe(key) }));
}

function describe(key: string): string {
  let node: unknown = configSchema;
  for (const part of key.split('.')) node = node instanceof z.ZodObject ? node.shape[part] : undefined;
  return node instanceof z.ZodType ? (node.description ?? '') : '';
}
