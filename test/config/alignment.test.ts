import assert from 'node:assert/strict';
import {
  type Overrides,
  changeRunning,
  configField,
  configure,
  describeConfig,
  usedParts,
  validateConfig,
  valuesText,
} from 'xkd/internal';
import { userError } from '../support/userError';

describe('the choice of alignment', () => {
  it("is the paper's by default, also in a configuration that was written before there was one", () => {
    const config = configure('nano');
    const { alignment, ...before } = structuredClone(config);
    const { alignmentTemperature, ...loss } = before.loss;
    assert.deepEqual([alignment, alignmentTemperature], ['mmd', 0.07]);
    assert.deepEqual({ ...validateConfig({ ...before, loss }) }, { ...config });
  });

  it('decides what is computed', () => {
    const of = (overrides: Overrides) => usedParts(configure('nano', overrides));
    assert.deepEqual(of({}).terms.slice(-2), ['studentAlignment', 'teacherAlignment']);
    assert.deepEqual(of({}).features, []);
    const { terms, features, heads, teachers } = of({ alignment: 'contrastive', 'loss.distillation': 0 });
    assert.deepEqual(terms, ['videoReconstruction', 'audioReconstruction', 'studentContrast']);
    assert.deepEqual(features, ['video', 'audio']);
    assert.deepEqual([heads, teachers], [false, false]);
  });

  it('may change while a run is under way', () => {
    const changed = changeRunning(configure('nano'), {
      alignment: 'contrastive',
      'loss.alignmentTemperature': 0.1,
    });
    assert.deepEqual([changed.alignment, changed.loss.alignmentTemperature], ['contrastive', 0.1]);
  });

  it('has a temperature that may be given without it, for rows and runs that come to it', () => {
    const temperature = { 'loss.alignmentTemperature': 0.1 };
    const before = changeRunning(configure('nano'), temperature);
    assert.deepEqual(usedParts(before), usedParts(configure('nano')));
    const changed = changeRunning(before, { alignment: 'contrastive' });
    assert.equal(changeRunning(changed, { alignment: 'mmd' }).loss.alignmentTemperature, 0.1);
  });

  it('tells its range', () => {
    assert.equal(valuesText(configField('alignment')), 'mmd, contrastive');
    assert.equal(valuesText(configField('loss.alignmentTemperature')), '0.01 to 1');
  });

  it('of one product of all pairs costs what it multiplies', () => {
    // 48 clips, width 64: 2 x 48 x 48 x 64 forward, twice that backward.
    const { parts } = describeConfig(configure('nano', { alignment: 'contrastive' })).flops.step;
    assert.deepEqual(
      parts.filter(({ part }) => /alignment|contrast/.test(part)),
      [{ part: 'student contrast', forward: 294912, backward: 589824 }],
    );
  });

  const contrastive = { alignment: 'contrastive' };
  for (const [overrides, ...sentence] of [
    [{ alignment: 'cca' }, /^alignment must be one of "mmd", "contrastive", not "cca"\.$/],
    [
      { ...contrastive, 'loss.alignmentTemperature': 0.001 },
      /^loss\.alignmentTemperature must be at least 0\.01; 0\.001 is not\.$/,
    ],
    [
      { ...contrastive, 'loss.alignmentTemperature': 2 },
      /^loss\.alignmentTemperature must be at most 1; 2 is not\.$/,
    ],
    [{ ...contrastive, 'loss.alignment': 0 }, /^alignment is "contrastive" but loss\.alignment is 0/],
    [
      { ...contrastive, 'loss.alignmentOf': 'teachers', 'loss.distillation': 0, 'loss.reconstruction': 0 },
      /^alignment is "contrastive", which compares students alone, but/,
      /set loss\.alignmentOf=students, or alignment=mmd\.$/,
    ],
    [
      { ...contrastive, 'training.batch': 1 },
      /^alignment is "contrastive" but only one clip goes through at a time/,
      /choose a larger training\.batch/,
    ],
    [
      { ...contrastive, 'training.batch': 8, 'training.accumulate': 8 },
      /or a smaller training\.accumulate\.$/,
    ],
    [
      { ...contrastive, 'loss.distillation': 0, 'optimiser.freezeLastLayerEpochs': 1 },
      /no loss trains the heads; give loss\.distillation a weight, or leave it out\.$/,
    ],
  ] as [Overrides, ...RegExp[]][]) {
    it(`${JSON.stringify(overrides)} is refused with the reason`, () => {
      assert.throws(() => configure('nano', overrides), userError(...sentence));
    });
  }
});
