import type { ValueTable } from '../shown';
import { configChanges } from './changes';
import { flattenConfig, type Override } from './overrides';
import { variantNames } from './variants';
import type { XkdConfig } from './schema';

/** A configuration as a table: a row for each group of keys, followed by the changes from its preset. */
export function configTable(config: XkdConfig): ValueTable {
  const groups = new Map<string, string[]>();
  for (const [key, value] of flattenConfig(config)) {
    const [group, ...rest] = key.split('.');
    const own = groups.get(group) ?? [];
    own.push(`${rest.join('.')} ${valueText(value)}`.trim());
    groups.set(group, own);
  }
  const changes = Object.entries(configChanges(config)).map(([key, value]) => `${key} ${valueText(value)}`);
  return {
    caption: `Configuration: preset ${config.preset}, variant ${variantNames[config.sharing]}`,
    rows: [...groups].map(([key, values]) => ({ key, values: values.join(', ') })),
    notes: [changes.length > 0 ? `Changed in the preset: ${changes.join(', ')}.` : 'As in the preset.'],
  };
}

function valueText(value: Override): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
