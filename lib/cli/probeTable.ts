import type { ClassifierResult, ProbeResult } from '../eval';
import { probeClassifiers } from '../eval/protocols/registry';

/** Up to this number of classes, the confusion matrix fits a terminal. */
const mostMatrixClasses = 24;
const mostConfusions = 12;

/** A probe's result as text for a terminal. */
export function formatProbe(result: ProbeResult, source: string): string {
  const { classes, trainClips, testClips, skipped, chance, modality, tower, features } = result;
  const towers = modality === 'both' ? `video and audio ${tower}s` : `${modality} ${tower}`;
  const lines = [
    source,
    `${towers}, ${features} features; ${classes.length} classes, ${trainClips} clips to learn from, ${testClips} to test; chance ${percent(chance)} %`,
    ...skippedLines(skipped),
    '',
    `${''.padEnd(20)}   top-1   top-5    cost (chosen by ${result.costChoice})`,
    classifierLine(probeClassifiers.logistic, result.logistic),
    classifierLine(probeClassifiers.svm, result.svm),
    '',
    ...confusionLines(classes, result.logistic.confusion),
  ];
  return `${lines.join('\n')}\n`;
}

function skippedLines(skipped: ProbeResult['skipped']): string[] {
  if (skipped.length === 0) return [];
  const files = skipped.map(({ path, reason }) => `${path} (${reason})`).join(', ');
  return [`${skipped.length} ${skipped.length === 1 ? 'file' : 'files'} could not be used: ${files}`];
}

function classifierLine(name: string, { top1, top5, cost }: ClassifierResult): string {
  return `${name.padEnd(20)} ${percent(top1).padStart(5)} % ${percent(top5).padStart(5)} %   ${cost}`;
}

function confusionLines(classes: readonly string[], confusion: ClassifierResult['confusion']): string[] {
  if (classes.length > mostMatrixClasses) return frequentConfusions(classes, confusion);
  const width =
    Math.max(...confusion.flat().map((count) => String(count).length), String(classes.length).length) + 1;
  const nameWidth = Math.max(...classes.map((name) => name.length));
  const numbers = classes.map((_, k) => String(k + 1).padStart(width)).join('');
  return [
    'Confusions of the logistic regression (rows: class, columns: predicted)',
    `${''.padEnd(nameWidth + 4)}${numbers}`,
    ...classes.map((name, k) => {
      const counts = confusion[k]
        .map((count) => (count === 0 ? '.' : String(count)).padStart(width))
        .join('');
      return `${String(k + 1).padStart(3)} ${name.padEnd(nameWidth)}${counts}`;
    }),
  ];
}

function frequentConfusions(classes: readonly string[], confusion: ClassifierResult['confusion']): string[] {
  const pairs = confusion.flatMap((row, own) =>
    row
      .map((count, predicted) => ({ own, predicted, count }))
      .filter(({ predicted, count }) => own !== predicted && count > 0),
  );
  const most = pairs.sort((a, b) => b.count - a.count).slice(0, mostConfusions);
  return [
    'Most frequent confusions of the logistic regression (all with --json)',
    ...most.map(
      ({ own, predicted, count }) =>
        `${String(count).padStart(6)}  ${classes[own]} taken for ${classes[predicted]}`,
    ),
  ];
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
