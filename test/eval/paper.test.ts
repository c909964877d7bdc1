import assert from 'node:assert/strict';
import {
  configChanges,
  configure,
  paperDatasets,
  paperFigures,
  paperVariants,
  recognisePaperRow,
  type PaperDataset,
  type PaperRow,
} from 'xkd/internal';

describe("the paper's figures", () => {
  it('give the gains that the paper names', () => {
    const gains: [PaperDataset, number][] = [
      ['ucf101', 8.6],
      ['hmdb51', 8.2],
      ['kinetics-sound', 13.9],
      ['kinetics400', 15.7],
    ];
    for (const [dataset, gain] of gains) {
      const found = ablation(dataset, 'full') - ablation(dataset, 'videoReconstruction');
      assert.equal(found.toFixed(1), String(gain));
    }
  });

  it('are there once for each question', () => {
    const keys = paperFigures.map(
      ({ table, row, variant, dataset, modality, protocols }) =>
        `${table} ${row} ${variant} ${dataset} ${modality} ${protocols[0]}`,
    );
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(keys.length, 57);
  });

  it('name known data sets and are percentages', () => {
    for (const { dataset, percent, metric } of paperFigures) {
      assert.equal(metric, paperDatasets[dataset].metric);
      assert.ok(percent > 30 && percent < 97);
    }
  });

  it('stand side by side for the variants', () => {
    assert.deepEqual(paperVariants[1], {
      variant: 'MAS',
      kineticsSound: { video: 68.3, audio: 61.7, both: 78.8 },
      ucf101: 81.7,
      hmdb51: 55.1,
      kinetics400: 50.1,
    });
  });
});

describe('rows of the paper’s tables', () => {
  const rows: [Parameters<typeof configure>[1], PaperRow | null, string[]][] = [
    [{}, 'full', []],
    [{ seed: 4, 'loader.workers': 1, 'training.checkpointSteps': 7 }, 'full', []],
    [{ 'loss.alignment': 0, 'loss.distillation': 0 }, 'reconstruction', []],
    [
      { 'loss.alignment': 0, 'loss.distillation': 0, 'loss.reconstructionOf': 'video' },
      'videoReconstruction',
      [],
    ],
    [
      { 'loss.alignment': 0, 'loss.distillation': 0, 'loss.reconstructionOf': 'audio' },
      'audioReconstruction',
      [],
    ],
    [{ 'loss.alignment': 0, refinement: 'none' }, 'distillation', []],
    [{ 'loss.alignment': 0 }, null, []],
    [{ 'loss.distillation': 0 }, 'alignment', []],
    [{ refinement: 'none' }, 'refinementOff', []],
    [{ refinement: 'softmax' }, null, []],
    [{ 'loss.distillationOf': 'videoToAudio' }, null, []],
    [{ 'training.epochs': 20 }, 'full', ['training.epochs']],
    [{ 'loss.alignment': 0.5 }, 'full', ['loss.alignment']],
    [{ alignment: 'contrastive' }, null, ['alignment']],
    [{ teacher: 'frozen' }, null, ['teacher']],
    [{ 'encoder.registers': 4, 'mask.video.kind': 'tube' }, null, ['encoder.registers', 'mask.video.kind']],
  ];
  for (const [overrides, row, others] of rows) {
    it(`${JSON.stringify(overrides)} is ${row ?? 'none of them'}`, () => {
      const changes = configChanges(configure('base', overrides));
      assert.deepEqual(recognisePaperRow(changes), { row, others });
    });
  }

  it('are told by what differs from the preset only', () => {
    assert.deepEqual(configChanges(configure('nano-mas', { seed: 2 })), {});
    assert.deepEqual(configChanges({ ...configure('base'), preset: 'of another program' }), {});
  });
});

function ablation(dataset: PaperDataset, row: PaperRow): number {
  return paperFigures.find(
    (figure) => figure.table === 'ablations' && figure.dataset === dataset && figure.row === row,
  )!.percent;
}
