import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  ablationTableRows,
  gainText,
  materials,
  pairedGain,
  projectPath,
  readAblationTable,
  readAblationPairs,
  type AblationTableRow,
} from 'xkd/internal';

// Figures quoted in prose, compared with the committed files that they were taken from.

interface Cell {
  readonly cell_type: string;
  readonly source: readonly string[];
  readonly outputs?: readonly { readonly data?: Readonly<Record<string, unknown>> }[];
}

const table = readAblationTable(projectPath('data', 'results', 'ablation.json'));
const { pairs } = readAblationPairs(projectPath('data', 'results', 'ablation-pairs.json'));
const readme = readFileSync(projectPath('README.md'), 'utf8');
const guide = readFileSync(projectPath('docs/ablation.md'), 'utf8');
const ablations = cellsOf('05_ablations');

const videoRows = ablationTableRows(table);
const svmRows = ablationTableRows(table, { probe: 'svm' });
const at = (name: string) => table.rows.findIndex((row) => row.name === name);
const rowOf = (name: string): AblationTableRow => table.rows[at(name)];
const top1 = (name: string) => String(videoRows[at(name)]['top-1 [%]']);
const gain = (name: string) => String(videoRows[at(name)]['gain [points]']);
const svmGain = (name: string) => String(svmRows[at(name)]['gain [points]']);
const mean = (text: string) => text.split(' ')[0];
const values = (name: string) => rowOf(name).figures.video.logistic.values;
const less = (name: string, other: string) => gainText(pairedGain(values(name), values(other)));
const seeds = (name: string) => values(name).map(({ top1: share }) => (100 * share).toFixed(1));
const nats = (name: string) =>
  pairs.filter(({ row }) => row === name).map(({ audioToVideo: { own, others } }) => others - own);
const meanNats = (name: string) =>
  (nats(name).reduce((sum, each) => sum + each, 0) / nats(name).length).toFixed(2).replace('-0.00', '0.00');
const listed = (texts: readonly string[]) => `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;

describe('figures written in prose', () => {
  it('are those of the ablation in the table of docs/ablation.md', () => {
    const titles = table.rows.map(({ title }) => title);
    const lines = guide
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) =>
        line
          .replaceAll('**', '')
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
      .filter(([title]) => titles.includes(title));
    const expected = table.rows.map(({ name, title, paper }) => [
      title,
      top1(name),
      gain(name),
      svmGain(name),
      paper
        .filter(({ modality, gain: published }) => modality === 'video' && published !== null)
        .map(({ dataset, gain: published }) => `${short(dataset)} ${gainText(single(published! / 100))}`)
        .join(', '),
    ]);
    assert.deepEqual(lines, expected);
  });

  it('are those of the ablation in the sentences of README and docs/ablation.md', () => {
    const networks = `${table.rows.length * table.seeds.length} networks`;
    assertSays(readme, [`full XKD gains ${gain('full')} points of top-1 on video`]);
    assertSays(guide, [
      `distillation alone gains as well (${gain('distillation')})`,
      `(${less('mas', 'full')} and ${less('mats', 'full')} compared with MS;`,
      `(off: ${less('refinement-off', 'full')} compared with full XKD;`,
      `full XKD ${seeds('full').join(', ')} %`,
      `${meanNats('full')} nats from sound to video in full XKD, ${meanNats('shuffled')} with shuffled pairs`,
      `seeds ${table.seeds[0]} to ${table.seeds.at(-1)}, ${table.steps} steps of 32 clips, ${networks}`,
    ]);
  });

  it('are those of the ablation in 05_ablations', () => {
    const shares = ['full', 'full-share-0.5', 'full-share-0'].map((name) => mean(top1(name)));
    const without = ['reconstruction', 'reconstruction-share-0.5', 'reconstruction-share-0'];
    assertSays(proseOf(ablations), [
      `full XKD gains ${gain('full')} points over both reconstructions`,
      `Alignment alone gains nothing (${gain('alignment')}:`,
      `drawing the video alone is as good as drawing both modalities (${gain('video')})`,
      `here it gains ${gain('distillation')} by the probe and ${svmGain('distillation')} by the SVM`,
      `Against the whole method it is ${less('distillation', 'full')}`,
      `Reconstruction gives ${top1('reconstruction')} % and full XKD ${top1('full')} %`,
      `some by twice as much as others: ${seeds('full').join(', ')} %`,
      `With shuffled pairs the gain is ${gain('shuffled')} points`,
      `With common share 0.5 the gain is ${gain('full-share-0.5')}, with 0 it is ${gain('full-share-0')}`,
      `Reconstruction reaches ${listed(without.map((name) => mean(top1(name))))} %, full XKD ${listed(shares)} %`,
      `switching it off changes ${less('refinement-off', 'full')}`,
      `${less('refinement-softmax', 'refinement-off')} between them`,
      `${gain('teacher-local')} over reconstruction`,
      `MAS is ${less('mas', 'full')} and MATS ${less('mats', 'full')} against MS`,
      `Its networks read ${top1('distillation')} % of the materials`,
      `at 0 nats (${meanNats('shuffled')} and ${meanNats('teacher-local')} on average)`,
      `MATS knows most (${meanNats('mats')})`,
      `the students know ${listed(nats('full').map((value) => value.toFixed(2)))} nats, and read ${listed(seeds('full'))} %`,
      `Distillation alone ends near 0 (${listed(nats('distillation').map((value) => value.toFixed(2).replace('-0.00', '0.00')))})`,
      `With common share 0.5 the measure is ${meanNats('full-share-0.5')}, with 0 it is ${meanNats('full-share-0')}`,
      `On the sample set full XKD gains ${gain('full')} points over reconstruction`,
      `Distillation alone gains ${gain('distillation')} points here`,
      `what the wrong pairs cost by themselves (${gain('shuffled')} points)`,
    ]);
  });

  it('are those that the small ablation of 05_ablations printed', () => {
    const printed = ablations.flatMap(({ outputs = [] }) =>
      outputs.map(({ data }) => [data?.['text/plain']].flat().join('')),
    );
    const of = (title: string) => {
      const line = printed.flatMap((text) => text.split('\n')).find((each) => each.startsWith(`${title}  `))!;
      const [, middle, low, high] = /([+-][\d.]+) \(([+-][\d.]+) to ([+-][\d.]+)\) .* 2 /.exec(line)!;
      return { middle, low, high };
    };
    const [full, shuffled] = [of('full XKD'), of('full XKD, shuffled pairs')];
    assertSays(proseOf(ablations), [
      `full XKD is ${full.middle} points above reconstruction, and the interval goes from ${full.low} to ${full.high}:`,
      `look much the same: ${shuffled.middle} points, from ${shuffled.low} to ${shuffled.high}.`,
    ]);
  });

  it('are those of the ablation in 06_modality_agnostic', () => {
    const sorted = seeds('full')
      .map(Number)
      .sort((a, b) => a - b);
    assertSays(proseOf(cellsOf('06_modality_agnostic')), [
      `MS alone gave ${sorted[0].toFixed(1)} to ${sorted.at(-1)!.toFixed(1)} % over the five seeds of \`05_ablations\``,
    ]);
    assert.equal(sorted.length, 5);
  });

  it("are the generator's in 00_start_here", () => {
    const [glass, bamboo] = ['glass', 'bamboo'].map((name) => {
      const hz = materials.find((material) => material.name === name)!.modes.map((mode) => mode.frequencyHz);
      return `${hz[0]} Hz with ${hz.map((each) => (each / hz[0]).toFixed(2)).join(' : ')}`;
    });
    assertSays(proseOf(cellsOf('00_start_here')), [`Glass ${glass}, bamboo ${bamboo}.`]);
  });
});

function cellsOf(name: string): Cell[] {
  const notebook = readFileSync(projectPath('notebooks', `${name}.ipynb`), 'utf8');
  return (JSON.parse(notebook) as { cells: Cell[] }).cells;
}

function proseOf(cells: readonly Cell[]): string {
  return cells
    .filter(({ cell_type: type }) => type === 'markdown')
    .map(({ source }) => source.join(''))
    .join('\n');
}

/** Asserts that the text contains each sentence, apart from line breaks and emphasis. */
function assertSays(text: string, sentences: readonly string[]): void {
  const plain = text.replaceAll('**', '').replace(/\s+/g, ' ');
  for (const sentence of sentences) assert.ok(plain.includes(sentence), `not written: ${sentence}`);
}

function single(share: number): { mean: number; low: null; high: null } {
  return { mean: share, low: null, high: null };
}

function short(dataset: string): string {
  return dataset.replace('Kinetics-Sound', 'K-Sound').replace('Kinetics-400', 'K400');
}
