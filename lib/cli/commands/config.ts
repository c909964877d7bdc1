import type { Command } from 'commander';
import { configure, configKeys, parseOverrides, presets, type ConfigKey, type XkdConfig } from '../../config';

/** `xkd config PRESET [key=value...]`: the resolved configuration, for reading and for other programs. */
export function register(program: Command): void {
  program
    .command('config')
    .description('Print the resolved configuration of a preset as JSON')
    .argument('<preset>', Object.keys(presets).join(', '))
    .argument('[overrides...]', 'values to change, such as mask.video=0.9')
    .option('--keys', 'list every key with its value and meaning instead')
    .action((preset: string, words: string[], options: { keys?: boolean }) => {
      const config = configure(preset, parseOverrides(words));
      process.stdout.write(options.keys ? keyTable(config) : `${JSON.stringify(config, null, 2)}\n`);
    });
}

function keyTable(config: XkdConfig): string {
  const rows = configKeys(config).map(({ key, value, help }: ConfigKey) => [
    key,
    JSON.stringify(value),
    help,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(
      ([key, value, help]) =>
        `${key.padEnd(widths[0])}  ${value.padEnd(widths[1])}  ${help}`.trimEnd() + '\n',
    )
    .join('');
}
