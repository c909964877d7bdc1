import assert from 'node:assert/strict';
import { z } from 'zod';
import { checkSettings, describeSettings, numberList, parseSettings } from 'xkd/internal';

const schema = z.strictObject({
  clips: z.int().min(1).default(3).describe('clips of a file'),
  costs: numberList(z.number().positive()).default([0.1, 1]).describe('costs tried'),
});

describe('settings of a protocol', () => {
  it('are told from keys of the configuration', () => {
    const { settings, overrides } = parseSettings(schema, ['clips=7', 'loader.workers=1', 'costs=[2]']);
    assert.deepEqual(settings, { clips: 7, costs: [2] });
    assert.deepEqual(overrides, ['loader.workers=1']);
  });

  it('takes a list as numbers with commas between them', () => {
    assert.deepEqual(parseSettings(schema, ['costs=.5,2']).settings.costs, [0.5, 2]);
    assert.deepEqual(parseSettings(schema, ['costs=3']).settings.costs, [3]);
    assert.throws(
      () => parseSettings(schema, ['costs=1,x']),
      /^UserError: costs is "1,x": entry 2 must be a number\.$/,
    );
  });

  it('have defaults and descriptions', () => {
    assert.deepEqual(parseSettings(schema, []).settings, { clips: 3, costs: [0.1, 1] });
    const [clips, costs] = describeSettings(schema);
    assert.match(clips, /^clips=3 +clips of a file$/);
    assert.match(costs, /^costs=\[0\.1,1\] +costs tried$/);
  });

  it('are refused in one sentence', () => {
    assert.throws(() => parseSettings(schema, ['clips=0']), /clips must be at least 1; 0 is not\./);
    assert.throws(() => parseSettings(schema, ['costs=[-1]']), /costs\.0 must be more than 0; -1 is not\./);
    assert.throws(
      () => checkSettings(schema, { clip: 2 }),
      /There is no setting "clip" here; did you mean "clips"\?/,
    );
  });

  it('are suggested by a part of their names and by initials', () => {
    const many = z.strictObject({ trainClips: z.int(), testClips: z.int(), learningRate: z.number() });
    const suggests = (word: string, sentence: RegExp) =>
      assert.throws(() => parseSettings(many, [`${word}=1`]), sentence);
    suggests('clips', /There is no setting "clips" here; did you mean "trainClips" or "testClips"\?$/);
    suggests('learning', /did you mean "learningRate"\?$/);
    suggests('lr', /did you mean "learningRate"\?$/);
    suggests('k', /choose from trainClips, testClips, learningRate\.$/);
  });

  it('are suggested where a word is neither a setting nor a key of the configuration', () => {
    assert.throws(
      () => parseSettings(schema, ['cost=1']),
      /There is no setting "cost" here; did you mean "costs"\?/,
    );
    assert.throws(
      () => parseSettings(schema, ['layerDecay=0.5']),
      /There is no setting "layerDecay" here; choose from clips, costs\./,
    );
    const keys = ['seed=3', 'encoder=tiny', 'loader.worker=1'];
    assert.deepEqual(
      parseSettings(schema, keys).overrides,
      keys,
      'the last one is refused by whoever reads it',
    );
  });
});
