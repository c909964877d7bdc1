import type { Inspection } from '../weights';

const hashes = {
  none: 'none in this format',
  present: 'present; --check compares them',
  sound: 'all fit',
} as const;

/** An inspection as text: what the file is, its components, then a line for each tensor. */
export function formatInspection(inspection: Inspection): string {
  const { path, format, bytes, holds, step, config, parts, tensors, otherStateDicts } = inspection;
  const total = parts.reduce((sum, { parameters }) => sum + parameters, 0);
  const lines = [
    `${path}: ${format}, ${size(bytes)}`,
    `holds       ${holds}`,
    `tensors     ${tensors.length}, ${counted(total)} values stored`,
    ...(otherStateDicts.length === 0 ? [] : [setsText(inspection)]),
    ...(step === null ? [] : [`step        ${step}`]),
    `config      ${config === null ? 'not in the file' : configText(inspection)}`,
    `hashes      ${hashes[inspection.hashes]}`,
    '',
    ...table(
      ['part', 'tensors', 'values'],
      parts.map(({ part, tensors: count, parameters }) => [part, String(count), counted(parameters)]),
    ),
    '',
    ...table(
      ['tensor', 'type', 'shape', 'size'],
      tensors.map(({ name, dtype, shape, bytes: length, sameAs }) => [
        printable(name),
        dtype,
        `[${shape.join(', ')}]`,
        sameAs === undefined ? size(length) : `as ${printable(sameAs)}`,
      ]),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function setsText({ stateDict, otherStateDicts }: Inspection): string {
  const others = otherStateDicts.map(printable).join(', ');
  return `state dict  ${printable(stateDict ?? 'the whole file')}; also in the file: ${others} (--state-dict)`;
}

function configText({ config, changes }: Inspection): string {
  const differing = Object.entries(changes).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [config!.preset, ...differing].join(' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column].length), title.length),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

/** Names come from the file, so their control characters must not reach the terminal. */
function printable(name: string): string {
  return name.replace(/\p{C}/gu, '?');
}

function size(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

function counted(values: number): string {
  return values < 1e6 ? String(values) : `${(values / 1e6).toFixed(1)} M`;
}
