import type { DataReport } from './run';

/** Tables for a terminal. */
export function dataTables(report: DataReport): string[] {
  const { windows, throughput, demand, extraction, pyav } = report;
  const name = (source: string): string => (source === 'pyav' ? `PyAV ${pyav ?? ''}` : source);
  const head =
    `Clips from ${report.files} files of ${(report.secondsOfVideo / report.files).toFixed(1)} s. ` +
    'A window: one clip decoded, one after the other in one thread; the loader decodes and augments.';
  const windowRows = windows.map((row) => [
    row.preset,
    name(row.source),
    (row.secondsPerClip * 1000).toFixed(1),
    row.cpuSecondsPerClip === null ? '' : (row.cpuSecondsPerClip * 1000).toFixed(1),
    row.ofOriginals.toFixed(3),
  ]);
  const throughputRows = throughput.map((row) => {
    const wanted = demand.find(({ preset }) => preset === row.preset);
    const share = wanted ? (row.clipsPerSecond / wanted.clipsPerSecond).toFixed(2) : '';
    const each = row.clipsPerSecondPerThread.toFixed(2);
    return [row.preset, name(row.source), String(row.threads), row.clipsPerSecond.toFixed(2), each, share];
  });
  const demandRows = demand.map(({ preset, batch, stepSeconds, clipsPerSecond }) => [
    preset,
    'step',
    String(batch),
    (stepSeconds * 1000).toFixed(1),
    clipsPerSecond.toFixed(2),
  ]);
  const extractionRows = extraction.map((row) => [
    row.preset,
    row.form,
    (row.bytesPerHour / 1e6).toFixed(0),
    (row.originalBytesPerHour / 1e6).toFixed(0),
    row.timesRealTime.toFixed(1),
  ]);
  return [
    head,
    '',
    ...table(['preset', 'a window from', 'ms', 'CPU ms', 'of originals'], windowRows),
    ...table(['preset', 'loader from', 'threads', 'clips/s', 'per thread', 'of demand'], throughputRows),
    ...table(['preset', 'demand of a', 'batch', 'ms', 'clips/s'], demandRows),
    ...table(['preset', 'extracted as', 'MB an hour', 'originals', 'times real time'], extractionRows),
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const lines = all.map((row) =>
    row
      .map((text, i) => (i < 2 ? text.padEnd(widths[i]) : text.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ''];
}
