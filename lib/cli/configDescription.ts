import { type Modality, modalities, teacherViewNames } from '../config';
import type { ConfigDescription } from '../train/cost';

/** Description of a configuration for a terminal. */
export function formatDescription(description: ConfigDescription): string {
  const sections = [parameterLines, tokenLines, flopLines, memoryLines].map((lines) => lines(description));
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function parameterLines({ parameters }: ConfigDescription): string[] {
  const { parts, total, trainable, centres } = parameters;
  const rows = parts.map(({ part, used, ...counts }) => [
    used ? part : `${part} (no part in the loss)`,
    grouped(counts.total),
    grouped(counts.trainable),
  ]);
  return [
    `Parameters: ${(total / 1e6).toFixed(1)} M in all, ${(trainable / 1e6).toFixed(1)} M trainable`,
    ...table([['', 'total', 'trainable'], ...rows, ['in all', grouped(total), grouped(trainable)]]),
    `  Beside them ${grouped(centres)} values of the two centres.`,
  ];
}

function tokenLines({ tokens }: ConfigDescription): string[] {
  const row = (title: string, value: (modality: Modality) => string) => [title, ...modalities.map(value)];
  return [
    'Tokens of a clip, class tokens left out',
    ...table([
      row('', (modality) => modality),
      row('global view', (m) => `${tokens[m].globalGrid.join(' x ')} = ${tokens[m].global}`),
      row('kept under the mask', (m) => String(tokens[m].kept)),
      row('removed', (m) => String(tokens[m].removed)),
      row('local views', (m) => localViews(tokens[m])),
      row('student encodes', (m) => String(tokens[m].student)),
      row('teacher encodes', (m) => teacherView(tokens[m])),
      row('values of a patch', (m) => String(tokens[m].patchValues)),
    ]),
  ];
}

function localViews({ localViews, localGrid }: ConfigDescription['tokens']['video']): string {
  return localGrid === null || localViews === 0 ? 'none' : `${localViews} of ${localGrid.join(' x ')}`;
}

function teacherView({ teacherView, teacher }: ConfigDescription['tokens']['video']): string {
  return teacherView === null ? 'none' : `${teacherViewNames[teacherView]}: ${teacher}`;
}

function flopLines({ flops, batch }: ConfigDescription): string[] {
  const { step, featuresPerClip, convention } = flops;
  const row = (title: string, forward: number, backward: number) =>
    [title, forward, backward, (forward + backward) / batch].map((cell) =>
      typeof cell === 'number' ? giga(cell) : cell,
    );
  return [
    `Work of one step: ${giga(step.perBatch)} GFLOP for a batch of ${batch}, ${giga(step.perClip)} per clip`,
    ...table([
      ['GFLOP', 'forward', 'backward', 'per clip'],
      ...step.parts.map(({ part, forward, backward }) => row(part, forward, backward)),
      row('in all', step.forward, step.backward),
    ]),
    `  Features of one clip: ${modalities.map((m) => `${m} ${giga(featuresPerClip[m])} GFLOP`).join(', ')}.`,
    `  Counted: ${convention}.`,
  ];
}

function memoryLines({ memory, batch, clipsTogether }: ConfigDescription): string[] {
  const together =
    clipsTogether === batch ? `a batch of ${batch}` : `a batch of ${batch} in parts of ${clipsTogether}`;
  const rows: [string, number][] = [
    ['weights of students, heads, decoders', memory.weights],
    ['teachers and centres', memory.teachers],
    ["optimiser's moments", memory.moments],
    ['gradients', memory.gradients],
    ['new values of one stage of the update', memory.updated],
    ['views of the batch', memory.batch],
    [`activations kept (${mega(memory.activationsPerClip)} MB per clip)`, memory.activations],
  ];
  return [
    `Memory of one step, an estimate: ${mega(memory.peak)} MB at its peak for ${together}`,
    ...table(rows.map(([title, bytes]) => [title, `${mega(bytes)} MB`])),
    `  Estimated: ${memory.formula}.`,
    '  A process takes more, for Node, TensorFlow and the graph: 8.1 GB where this gives 6.8 (base, batch 8).',
  ];
}

/** Aligns columns: the first to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column] + 2))).join('')}`.trimEnd(),
  );
}

/** A number with its digits in groups of three, as in 396 382 144. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** In units of 1e9, with three digits or more. */
function giga(flops: number): string {
  if (flops === 0) return '0';
  const value = flops / 1e9;
  return value >= 100 ? grouped(Math.round(value)) : value.toPrecision(3);
}

/** Bytes in millions. */
function mega(bytes: number): string {
  const value = bytes / 1e6;
  return value >= 10 ? grouped(Math.round(value)) : value.toFixed(1);
}
