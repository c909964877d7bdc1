import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  PretrainingRun,
  changeConfig,
  configure,
  describeConfig,
  openDataset,
  projectPath,
  readAblationTable,
  readResultReport,
  readResult,
  showValue,
  shownAs,
  surveyDataset,
  writeResult,
  type ProtocolResult,
} from 'xkd/internal';
import { finish, open } from '../support/runs';

type Bundle = Readonly<Record<string, string>>;

const load = createRequire(projectPath('scripts/kernel/values.cjs'));
const { bundleOf } = load('./values.cjs') as { bundleOf(value: unknown): Bundle | null };

const textOf = (value: unknown): string => bundleOf(value)!['text/plain'];
const lines = (value: unknown): string[] => textOf(value).split('\n');

describe('what xkd makes, at the end of a cell', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-values-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is a table for a configuration, which nothing else sees', () => {
    const config = configure('nano', { 'mask.video': 0.5 });
    const text = textOf(config);
    assert.match(text, /^Configuration: preset nano, variant MS\n/);
    assert.match(text, /\nmask +video 0\.5, video\.kind random, audio 0\.8, audio\.kind random\n/);
    assert.match(text, /\nChanged in the preset: mask\.video 0\.5\.$/);
    assert.match(bundleOf(config)!['text/html'], /<caption>Configuration: preset nano/);
    assert.match(textOf(changeConfig(config, { sharing: 'students' })), /variant MAS/);
    const copy = structuredClone(config);
    assert.deepStrictEqual(config, copy);
    assert.equal(JSON.stringify(config), JSON.stringify(copy));
    assert.deepEqual(Reflect.ownKeys({ ...config }), Object.keys(copy));
    assert.match(textOf({ ...config }), /^\{\n {2}preset: 'nano',/);
  });

  it('is a table for a run, before, while and after it trains', async () => {
    const run = await open(null);
    assert.ok(run instanceof PretrainingRun);
    assert.match(textOf(run), /^Pretraining run\n[^]*\nstate +not training\nsteps taken +0 of 8\n/);
    for await (const { step } of run) {
      if (step === 1) assert.match(textOf(run), /\nstate +training\nsteps taken +2 of 8\n[^]*\nloss +\d/);
      await setImmediate();
    }
    assert.match(textOf(run), /\nstate +done\nsteps taken +8 of 8\n/);
    await finish(run);
    run.state.dispose();
  });

  it('is a table for the costs of a configuration', () => {
    assert.match(
      textOf(describeConfig(configure('nano'))),
      /\ntokens of a global view +video 64, audio 32\n/,
    );
  });

  it('is a table for the result of a protocol that was read, and for a report', () => {
    const { json } = writeResult(folder, result);
    assert.deepEqual(lines(readResult(json)), [
      'svm on ucf101 (2 classes): video of the teacher, seed 0',
      'metric  fold 1  fold 2  mean',
      'top1    80.0 %  90.0 %  85.0 %',
      '9 clips to learn from, 5 to test in the first of 2 folds; network: untrained.',
      'A note.',
    ]);
    const report = readResultReport([folder]);
    assert.match(
      textOf(report),
      /^ours: measured with this program; paper: published by Sarkar[^]*\nUCF101 .* 85\.0 %/,
    );
    assert.deepEqual(Object.keys(report), ['rows', 'notes', 'problems']);
  });

  it('is a table for an ablation that was read', () => {
    const text = lines(readAblationTable(projectPath('data/results/ablation.json')));
    assert.match(text[0], /^Ablation: linear probe on video features, \d+ steps, \d+ seeds$/);
    assert.match(text[1], /^row +top-1 \[%\] +gain \[points\] +verdict +seeds +paper$/);
  });

  it('is a table for a data set and its survey', async () => {
    for (const path of ['train/bell/1.mp4', 'train/drum/2.mp4', 'test/bell/3.mp4']) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
    writeFileSync(
      join(folder, 'index.csv'),
      'path,label,split\ntrain/bell/1.mp4,bell,train\ntrain/drum/2.mp4,drum,train\ntest/bell/3.mp4,bell,test\n',
    );
    assert.deepEqual(lines(await openDataset(folder)).slice(0, 4), [
      'Data set folder: 3 clips, 2 classes, video and audio',
      'split  clips',
      'train      2',
      'test       1',
    ]);
    const survey = lines(await surveyDataset(folder, { open: null }));
    assert.equal(survey[0], `${folder}: 3 of 3 clips are there, 2 classes`);
    assert.match(survey[2], /^all +3 +3 +0$/);
  });

  it('is what an object of one’s own says', () => {
    const rows = [{ part: '<needle>', turns: 2 }];
    const gauge = shownAs({ turns: 2 }, ({ turns }) => ({
      caption: `${turns} turns`,
      rows,
      notes: ['Well.'],
    }));
    assert.equal(textOf(gauge), '2 turns\npart      turns\n<needle>      2\nWell.');
    assert.match(bundleOf(gauge)!['text/html'], /&#60;needle&#62;.*<p>Well\.<\/p>$/);
    const picture = { [showValue]: () => ({ 'image/svg+xml': '<svg/>', 'text/plain': 'a line' }) };
    assert.deepEqual(bundleOf(picture), { 'image/svg+xml': '<svg/>', 'text/plain': 'a line' });
  });
});

const result: ProtocolResult = {
  format: 1,
  protocol: 'svm',
  dataset: { name: 'ucf101', root: 'ucf101', classes: ['a', 'b'], multiLabel: false },
  modality: 'video',
  tower: 'teacher',
  network: {
    source: 'untrained',
    hash: '0'.repeat(64),
    preset: 'base',
    variant: 'MS',
    changes: {},
    step: null,
    seed: 0,
  },
  settings: {},
  seed: 0,
  folds: [
    { name: '1', trainClips: 9, testClips: 5, metrics: { top1: 0.8 } },
    { name: '2', trainClips: 8, testClips: 6, metrics: { top1: 0.9 } },
  ],
  metrics: { top1: 0.85 },
  skipped: [],
  notes: ['A note.'],
  createdBy: [],
};
