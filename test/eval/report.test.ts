import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeReport,
  parseCsv,
  readResultReport,
  reportCsv,
  reportMarkdown,
  resultRows,
  resultsFigure,
  UserError,
  writeResult,
  writeResultPage,
  type ProtocolResult,
  type ReportRow,
} from 'xkd/internal';

describe('report of results', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-report-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the mean over seeds of pretraining, with the 95 % interval of Student', () => {
    const [row] = rowsOf([0, 1, 2].map((seed) => svm({ seed, top1: 0.8 + 0.01 * seed })));
    // Standard error .01 / sqrt(3), t with 2 degrees of freedom 4.30265.
    near(row.ours.mean, 0.81);
    near(row.ours.low!, 0.81 - 0.024841);
    near(row.ours.high!, 0.81 + 0.024841);
    assert.deepEqual([row.ours.over, row.ours.count], ['pretraining seeds', 3]);
    assert.deepEqual(
      row.ours.values.map(({ networkSeed, path }) => [networkSeed, path]),
      [0, 1, 2].map((seed) => [seed, `${seed}.json`]),
    );
  });

  it('counts a network once, however often it was evaluated', () => {
    const results = [
      svm({ seed: 0, top1: 0.6 }),
      svm({ seed: 0, top1: 0.8, evaluationSeed: 1 }),
      svm({ seed: 1, top1: 0.9 }),
    ];
    const [both] = rowsOf(results);
    near(both.ours.mean, 0.8);
    assert.deepEqual([both.ours.over, both.ours.count], ['pretraining seeds', 2]);
    const [one] = rowsOf(results.slice(0, 2));
    near(one.ours.mean, 0.7);
    assert.deepEqual([one.ours.over, one.ours.count], ['evaluation seeds', 2]);
  });

  it('has no interval of one seed, but that of draws within it', () => {
    const [alone] = rowsOf([svm({ top1: 0.5 })]);
    assert.deepEqual([alone.ours.low, alone.ours.over], [null, null]);
    assert.match(reportMarkdown(report([svm({ top1: 0.5 })])), /\| none \(1 seed\) \| {5}1 \|/);
    const drawn = { ...svm({ top1: 0.5 }), intervals: { top1: { low: 0.4, high: 0.6, values: 5 } } };
    assert.match(reportMarkdown(report([drawn])), /40\.0 to 60\.0 % \| 1, 5 draws \|/);
  });

  it('ends intervals of shares at 0 and 1', () => {
    const [row] = rowsOf([svm({ seed: 0, top1: 1 }), svm({ seed: 1, top1: 0.9 })]);
    assert.equal(row.ours.high, 1);
    const [drawn] = rowsOf([
      { ...svm({ top1: 0.9 }), intervals: { top1: { low: 0.7, high: 1.1, values: 5 } } },
    ]);
    assert.deepEqual([drawn.ours.low, drawn.ours.high], [0.7, 1]);
  });

  it('names what a configuration changes, all or the first four, and the steps once', () => {
    const networkOf = (count: number) => {
      const values = Array.from({ length: count }, (_, i): [string, number] => [`encoder.key${i}`, i]);
      const changes = Object.fromEntries([...values, ['training.steps', 5]]);
      return rowsOf([svm({ network: { preset: 'nano', step: 5, changes } })])[0].network;
    };
    const four = 'nano, 5 steps, encoder.key0=0, encoder.key1=1, encoder.key2=2, encoder.key3=3';
    assert.equal(networkOf(5), `${four}, encoder.key4=4`);
    assert.equal(networkOf(6), `${four}, 2 more changes`);
  });

  it('keeps apart what is not the same question', () => {
    const results = [
      svm({}),
      { ...svm({}), modality: 'audio' as const },
      { ...svm({}), tower: 'teacher' as const },
      { ...svm({}), protocol: 'linear' as const },
      { ...svm({}), settings: { costs: [1] } },
      svm({ network: { variant: 'MAS', preset: 'base-mas' } }),
      svm({ network: { preset: 'nano' } }),
      svm({ network: { step: 5 } }),
      svm({ network: { changes: { refinement: 'none' } } }),
      svm({ dataset: { name: 'hmdb51' } }),
      svm({ dataset: { classes: ['a', 'b'] } }),
    ];
    assert.equal(rowsOf(results).length, results.length);
  });

  it('names the settings that tell rows apart', () => {
    const settings = [{ neighbours: 20, t: 1 }, { neighbours: 100, t: 1 }]; // prettier-ignore
    const rows = rowsOf(settings.map((each) => ({ ...svm({}), protocol: 'knn' as const, settings: each })));
    assert.deepEqual(
      rows.map((row) => row.settings),
      ['neighbours=20', 'neighbours=100'],
    );
  });

  it('tells folders of one name apart by their path', () => {
    const own = (root: string) => svm({ dataset: { name: 'folder', root, classes: ['a', 'b'] } });
    const [one, two, three] = rowsOf([own('/x/clips'), own('/y/clips'), own('/z/others')]);
    assert.deepEqual(
      [one.dataset, two.dataset, three.dataset],
      ['clips (/x/clips)', 'clips (/y/clips)', 'others'],
    );
    assert.equal(one.paper, null);
  });

  it('gives networks of one seed but other weights a row each, and says so', () => {
    const { rows, notes } = report([
      svm({}),
      svm({ network: { hash: 'cd'.repeat(32), source: 'other run' } }),
    ]);
    assert.equal(rows.length, 2);
    assert.match(rows.map(({ network }) => network).join(), /other run/);
    assert.match(
      notes[0],
      /^"0\.json" and "1\.json" are of networks of one configuration and seed but other weights/,
    );
  });

  describe("beside the paper's", () => {
    const paperOf = (result: ProtocolResult) => rowsOf([result])[0].paper;

    it('puts the figure of the same question, with nothing to limit it', () => {
      assert.deepEqual(paperOf(svm({})), {
        percent: 83.8,
        title: '800 epochs',
        others: [
          { percent: 84.7, title: 'ablations, 400 epochs: full XKD' },
          { percent: 82.6, title: 'ablation of refinement: refinement on' },
        ],
        limits: [],
      });
      assert.equal(paperOf({ ...svm({}), protocol: 'finetune' })!.percent, 94.1);
      assert.equal(paperOf(svm({ network: { variant: 'MATS', preset: 'base-mats' } }))!.percent, 80.1);
    });

    it('compares within the ablations where one of them is there', () => {
      const ablated = { changes: { 'loss.alignment': 0, 'loss.distillation': 0 } };
      const rows = rowsOf([svm({}), svm({ network: ablated })]);
      assert.deepEqual(
        rows.map(({ network, paper }) => [network, paper!.percent]),
        [
          ['base', 84.7],
          ['base, L_ae', 76.3],
        ],
      );
    });

    it('puts none where the paper has none', () => {
      assert.equal(paperOf({ ...svm({}), protocol: 'knn' }), null);
      assert.equal(paperOf({ ...svm({}), modality: 'audio' }), null);
      assert.equal(paperOf(svm({ network: { step: 0 } })), null);
      assert.equal(paperOf(svm({ network: { changes: { refinement: 'softmax' } } })), null);
      assert.equal(paperOf(svm({ dataset: { name: 'charades' } })), null);
    });

    const limits: [string, Partial<ResultChoice>, Partial<ProtocolResult>, RegExp][] = [
      ['another network', { network: { preset: 'nano' } }, {}, /^nano is not the paper's network/],
      [
        'other epochs',
        { network: { changes: { 'training.epochs': 9 } } },
        {},
        /does not set training\.epochs=9$/,
      ],
      ['fewer steps', { network: { step: 900 } }, {}, /^900 steps are fewer than the paper's 800 epochs$/],
      ['half a data set', { dataset: { classes: ['a', 'b'] } }, {}, /^2 of 101 classes of UCF101$/],
      ['one fold', {}, { folds: svm({}).folds.slice(1) }, /^2 of 3 folds of UCF101$/],
      ['lost files', {}, { skipped: [{ path: 'a', reason: 'b' }] }, /^files of UCF101 were left out$/],
    ];
    for (const [what, choice, change, expected] of limits) {
      it(`says that ${what} can't be compared in size`, () => {
        const result = { ...svm(choice), ...change };
        assert.match(paperOf(result)!.limits.join('; '), expected);
        assert.match(
          reportMarkdown(report([result])),
          /† +\|\n\n† Not comparable in size with ours, only in kind/,
        );
      });
    }
  });

  it('counts a run once that lies in two files', () => {
    writeResult(join(folder, 'a'), svm({ top1: 0.5 }));
    cpSync(join(folder, 'a'), join(folder, 'copy'), { recursive: true });
    symlinkSync('..', join(folder, 'copy', 'loop'));
    const { rows, notes, problems } = readResultReport([folder, join(folder, 'a')]);
    assert.equal(rows[0].ours.count, 1);
    assert.match(
      notes.join(),
      /copy\/svm-ucf101-video-student-seed0\.json": runs that other files hold as well/,
    );
    assert.deepEqual(problems, []);
  });

  it('counts neither of two files that contradict each other, and names both', () => {
    const { rows, problems } = report([svm({ top1: 0.5 }), svm({ top1: 0.6 }), svm({ seed: 1, top1: 0.7 })]);
    assert.equal(rows[0].ours.mean, 0.7);
    assert.match(
      problems[0],
      /^"0\.json" and "1\.json" are of the same run and differ \(top1 0\.5 and 0\.6\), so none/,
    );
  });

  it('passes over damaged and foreign files, naming them', () => {
    writeResult(folder, svm({}));
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'in', 'config.json'), '{"preset": "nano"}');
    writeFileSync(join(folder, 'in', 'knn-x-audio-teacher-seed0.json'), '{"format": 7}');
    writeFileSync(join(folder, 'in', 'torn.json'), '{"protocol": "svm"');
    const { rows, problems, notes } = readResultReport([folder, join(folder, 'absent')]);
    assert.equal(rows.length, 1);
    assert.equal(problems.length, 3);
    assert.match(problems[0], /knn-x-audio-teacher-seed0\.json" is not a result of "xkd evaluate"/);
    assert.match(problems[1], /torn\.json" is not a result/);
    assert.match(problems[2], /^There is no file ".*absent"; check the path\.$/);
    assert.match(notes[0], /other kinds were skipped \(1, such as ".*config\.json"\)/);
  });

  it('says what to name where there is no result', () => {
    const throws = (paths: string[], message: RegExp) =>
      assert.throws(
        () => readResultReport(paths),
        (error) => error instanceof UserError && message.test(error.message),
      );
    throws(
      [folder],
      /^There is no result of a protocol in ".*"; name the folders that "xkd evaluate" wrote to/,
    );
    throws([join(folder, 'absent')], /^There is no file ".*absent"; check the path\.$/);
    writeFileSync(join(folder, 'svm.csv'), 'fold,top1\n');
    throws([join(folder, 'svm.csv')], /svm\.csv" is not a result of "xkd evaluate"/);
  });

  it('shows the metrics that papers give, and keeps the others for CSV', () => {
    const metrics = {
      recall1: 0.5,
      recall10: 0.7,
      'audioToVideo.file.recall1': 0.6,
      'audioToVideo.class.recall1': 0.8,
    };
    const all = report([{ ...svm({}), protocol: 'retrieval', modality: 'both', metrics }]);
    assert.deepEqual(resultRows(all).map(({ metric }) => metric), ['recall1', 'recall10']); // prettier-ignore
    assert.match(reportMarkdown(all), /^- 2 more figures, of further metrics, are in report\.csv/m);
    assert.equal(parseCsv(reportCsv(all)).length, 5);
    const neighbours = { top1: 0.5, top5: 0.9, 'top1@k10': 0.4, 'top1@k20': 0.5 };
    assert.equal(resultRows(report([{ ...svm({}), protocol: 'knn', metrics: neighbours }])).length, 2);
    const few = report([
      { ...svm({}), protocol: 'few-labels', metrics: { 'top1@1%': 0.2, 'top1@12.5%': 0.4 } },
    ]);
    assert.equal(resultRows(few).length, 2);
    assert.doesNotMatch(reportMarkdown(few), /more figures/);
    assert.equal(
      resultRows(report([{ ...svm({}), metrics: { medianRank: 3 } }])).length,
      1,
      'rather than none',
    );
  });

  it('calls each published data set by its name', () => {
    assert.equal(rowsOf([svm({ dataset: { name: 'audioset' } })])[0].dataset, 'AudioSet');
  });

  it('takes an extracted folder and its original for one data set', () => {
    const own = { name: 'folder', root: '/data/mine' };
    const extracted = { name: 'folder', root: '/fast/extracted', original: '/data/mine' };
    const seeds = [own, extracted].map((dataset, seed) => svm({ dataset, seed }));
    const [row, ...others] = rowsOf(seeds);
    assert.equal(others.length, 0);
    assert.deepEqual([row.dataset, row.ours.count], ['mine', 2]);
    const jpegs = { ...extracted, root: '/fast/jpegs' };
    const ofJpegs = [svm({ dataset: jpegs, top1: 0.6 }), svm({ dataset: extracted, top1: 0.52 })];
    const alone = report(ofJpegs);
    assert.deepEqual([alone.problems, alone.rows[0].ours.mean, alone.rows[0].ours.count], [[], 0.6, 1]);
    const beside = report([...ofJpegs, svm({ dataset: own, top1: 0.5 })]);
    assert.deepEqual([beside.problems, beside.rows[0].ours.mean, beside.rows[0].ours.count], [[], 0.5, 1]);
    assert.match(
      beside.notes.join(),
      /"0\.json", "1\.json": runs that other files hold as well, counted once/,
    );
  });

  describe('in files', () => {
    const nasty = 'a|b, "<script>alert(1)</script>\n*x*';
    const nastyReport = () =>
      report([svm({ dataset: { name: nasty }, network: { preset: nasty, step: 7 } })]);

    it('keeps names from breaking Markdown', () => {
      const text = reportMarkdown(nastyReport());
      const lines = text.split('\n').filter((line) => line.startsWith('|'));
      assert.deepEqual(
        lines.map((line) => line.match(/(?<!\\)\|/g)!.length),
        [10, 10, 10],
      );
      assert.equal(new Set(lines.map((line) => line.length)).size, 1);
      assert.ok(text.includes('a\\|b, "\\<script\\>alert(1)\\</script\\> \\*x\\*'));
      assert.doesNotMatch(text, /(?<!\\)<script/);
    });

    it('keeps names whole in CSV, with shares in percent', () => {
      const [header, line, ...rest] = parseCsv(reportCsv(nastyReport()));
      const cells = Object.fromEntries(header.map((name, c) => [name, line[c]]));
      assert.equal(rest.length, 0);
      assert.equal(cells.dataset, nasty);
      assert.deepEqual([cells.ours, cells.unit, cells.paper], ['50', 'percent', '']);
    });

    it('keeps names from running in a page, which holds figure and table', () => {
      const path = join(folder, 'report.html');
      writeResultPage(path, nastyReport());
      const page = readFileSync(path, 'utf8').replace(/<style>[^]*?<\/head>/, ''); // without plotly.js
      assert.doesNotMatch(page, /<script>alert/);
      assert.equal(page.match(/<script/g)!.length, 1);
      assert.match(page, /<td[^>]*>50\.0 %<\/td>/);
    });
  });

  it('is a figure: a panel a data set, ours with intervals, single runs, the paper’s', () => {
    const seeds = [0, 1].map((seed) => svm({ seed, top1: 0.8 + 0.02 * seed }));
    const { data, layout } = resultsFigure(report([...seeds, svm({ dataset: { name: 'charades' } })]));
    const kinds = data.map(({ name, yaxis }) => `${yaxis} ${name!.split(/[,(]/)[0]}`);
    assert.deepEqual(kinds, ['y ours', 'y ours', 'y the paper’s ', 'y2 ours']);
    const [runs, mean, paper] = data as unknown as Record<string, never[]>[];
    assert.deepEqual(runs.x, [80, 82]);
    assert.deepEqual(mean.x, [81]);
    near((mean.error_x as unknown as { array: number[] }).array[0], 12.7);
    assert.deepEqual(paper.x, [83.8]);
    assert.match(mean.text[0], /seeds: 2<br>.*costs=\[0\.1\]<br>0\.json<br>1\.json$/s);
    assert.deepEqual(data.map(({ showlegend }) => showlegend), [true, true, true, false]); // prettier-ignore
    assert.ok(layout.yaxis2);
  });

  it('is a table for notebooks', () => {
    assert.deepEqual(resultRows(report([svm({})])), [
      {
        'data set': 'UCF101',
        protocol: 'svm',
        features: 'video student',
        variant: 'MS',
        network: 'base',
        metric: 'top1',
        ours: '50.0 %',
        '95 % interval': 'none (1 seed)',
        seeds: '1',
        paper: '83.8 % (800 epochs)',
      },
    ]);
  });
});

interface ResultChoice {
  readonly top1: number;
  /** Seed of the pretraining. */
  readonly seed: number;
  readonly evaluationSeed: number;
  readonly dataset: Partial<ProtocolResult['dataset']>;
  readonly network: Partial<ProtocolResult['network']>;
}

/** Result of a linear SVM on UCF101 with the paper's network. */
function svm(choice: Partial<ResultChoice>): ProtocolResult {
  const { top1 = 0.5, seed = 0, evaluationSeed = 0, dataset, network } = choice;
  const classes = Array.from({ length: 101 }, (_, k) => `class ${k}`);
  return {
    format: 1,
    protocol: 'svm',
    dataset: { name: 'ucf101', root: '/data', classes, multiLabel: false, ...dataset },
    modality: 'video',
    tower: 'student',
    network: {
      source: `run ${seed}`,
      hash: createHash('sha256')
        .update(JSON.stringify([seed, network]))
        .digest('hex'),
      preset: 'base',
      variant: 'MS',
      changes: {},
      step: null,
      seed,
      ...network,
    },
    settings: { costs: [0.1] },
    seed: evaluationSeed,
    folds: ['1', '2', '3'].map((name) => ({ name, trainClips: 10, testClips: 5, metrics: { top1 } })),
    metrics: { top1 },
    skipped: [],
    createdBy: [],
  };
}

function report(results: readonly ProtocolResult[]) {
  return makeReport({ results: results.map((result, i) => ({ path: `${i}.json`, result })) });
}

function rowsOf(results: readonly ProtocolResult[]): readonly ReportRow[] {
  return report(results).rows;
}

function near(found: number, expected: number): void {
  assert.ok(
    Math.abs(found - expected) < 1e-4 * Math.max(1, Math.abs(expected)),
    `${found} is not ${expected}`,
  );
}
