import assert from 'node:assert/strict';
import {
  RandomStream,
  UserError,
  binaryCrossEntropy,
  checkTogether,
  configure,
  dropPathRates,
  drawDropPath,
  drawDropout,
  finetunePreset,
  finetuneSettings,
  initialClassifier,
  layerRate,
  linearPreset,
  linearSettings,
  ownedSpecs,
  parseSettings,
  softCrossEntropy,
  targetsOf,
  tf,
  type MediaEntry,
} from 'xkd/internal';
import { classifierSpecs } from 'xkd/dist/eval/supervised/classifier';

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const close = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe('classifiers trained by gradients', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  describe('settings', () => {
    it('are those of the paper', () => {
      const linear = linearPreset('video');
      assert.deepEqual([linear.learningRate, linear.epochs, linear.warmupEpochs], [0.01, 100, 10]);
      assert.deepEqual([linear.testClips, linear.testCrops], [3, 3]);
      const sound = linearPreset('audio');
      assert.deepEqual(
        [sound.learningRate, sound.dropout, sound.epochs, sound.testClips],
        [1e-3, 0.3, 50, 8],
      );
      const row = ['layerDecay', 'learningRate', 'mixup', 'cutmix'] as const;
      for (const [name, expected] of [
        ['ucf101', [0.45, 5e-4, 0.6, 0.5]],
        ['kinetics400', [0.45, 5e-4, 0.6, 0.5]],
        ['hmdb51', [0.75, 1e-4, 1, 1]],
      ] as const) {
        const tuned = finetunePreset('video', name);
        assert.deepEqual(
          row.map((key) => tuned[key]),
          expected,
        );
        assert.deepEqual(
          [tuned.labelSmoothing, tuned.dropout, tuned.erase, tuned.epochs],
          [0.1, 0.5, 0.25, 100],
        );
        assert.deepEqual([tuned.randAugment, tuned.magnitude], [4, 7]);
      }
      const heard = finetunePreset('audio', 'fsd50k');
      assert.deepEqual([heard.layerDecay, heard.learningRate], [0.65, 1e-4]);
      assert.ok(heard.timeWarp > 0 && heard.timeMasks > 0 && heard.frequencyMasks > 0);
    });

    it('can each be given as a word, and are refused with a sentence out of range', () => {
      const schema = finetuneSettings('video', 'hmdb51');
      const { settings, overrides } = parseSettings(schema, [
        'mixup=0.2',
        'cropArea=[0.5,1]',
        'loader.workers=1',
      ]);
      assert.deepEqual(settings, { ...finetunePreset('video', 'hmdb51'), mixup: 0.2, cropArea: [0.5, 1] });
      assert.deepEqual(overrides, ['loader.workers=1']);
      const refused = (words: string[], pattern: RegExp) =>
        assert.throws(
          () => parseSettings(schema, words),
          (error: Error) =>
            error instanceof UserError && pattern.test(error.message) && !error.message.includes('\n'),
        );
      refused(['dropout=1'], /^dropout must be less than 1; 1 is not\.$/);
      refused(['learningRate=0'], /^learningRate must be more than 0; 0 is not\.$/);
      refused(['layerDecay=1.1'], /^layerDecay must be at most 1; 1\.1 is not\.$/);
      refused(['randAugment=2.5'], /^randAugment must be a whole number; 2\.5 is not one\.$/);
      refused(['cropArea=[1,0.5]'], /^cropArea is \[1,0\.5\]: its low end is above its high end\.$/);
      refused(['timeWarp=0.6'], /^timeWarp must be less than 0\.5; 0\.6 is not\.$/);
      refused(['epochs=many'], /^epochs must be a number; "many" is not one\.$/);
      assert.throws(
        () => parseSettings(linearSettings('video'), ['features=twice']),
        /UserError: features must be one of "each", "once", not "twice"\.$/,
      );
    });

    it('are refused where they make no sense together', () => {
      const refused = (changes: object, modality: 'video' | 'audio', multiLabel: boolean, pattern: RegExp) =>
        assert.throws(
          () => checkTogether({ ...linearPreset(modality), ...changes }, modality, multiLabel),
          (error: Error) => error instanceof UserError && pattern.test(error.message),
        );
      refused({ epochs: 5 }, 'video', false, /warmupEpochs is 10, but there are only 5 epochs/);
      refused({ testEpochs: 200 }, 'video', false, /testEpochs is 200/);
      refused({ testCrops: 3 }, 'audio', false, /sound has no frames to crop/);
      refused({ labelSmoothing: 0.6 }, 'audio', true, /labelSmoothing is 0.6/);
      checkTogether(linearPreset('audio'), 'audio', true);
    });
  });

  it('each parameter has the learning rate of its layer', () => {
    const tower = 'vid_teacher.backbone';
    const table: [string, number][] = [
      [`${tower}.cls_token`, 0.5 ** 4],
      [`${tower}.enc_pos_embed`, 0.5 ** 4],
      [`${tower}.cuboid_embed.proj.weight`, 0.5 ** 4],
      ['aud_student.backbone.patch_embed.proj.bias', 0.5 ** 4],
      [`${tower}.encoder.blocks.0.norm1.weight`, 0.5 ** 3],
      [`${tower}.encoder.blocks.1.attn.qkv.weight`, 0.5 ** 2],
      [`${tower}.encoder.blocks.2.mlp.fc2.bias`, 0.5],
      [`${tower}.encoder_norm.weight`, 1],
      ['classifier.weight', 1],
      ['classifier.bias', 1],
    ];
    const { encoder } = configure('nano');
    assert.equal(encoder.depth, 3);
    const specs = [...ownedSpecs(configure('nano')), ...classifierSpecs(encoder, 5)];
    const layers = new Map(specs.map(({ name, layer }) => [name, layer]));
    for (const [name, rate] of table) assert.equal(layerRate(layers.get(name)!, 3, 0.5), rate, name);
    // Twelve blocks, at the paper's 0.45: the patches move 3e-5 times as fast as the classifier.
    close(layerRate(0, 12, 0.45), 0.45 ** 13, 1e-12);
  });

  it('begins with weights from N(0, 0.01) and biases 0', () => {
    const weights = initialClassifier(200, 50, 1);
    const values = weights.get('classifier.weight')!.dataSync();
    assert.deepEqual(weights.get('classifier.weight')!.shape, [50, 200]);
    close(mean(values), 0, 5e-4);
    close(Math.sqrt(mean(values.map((value) => value ** 2))), 0.01, 3e-4);
    assert.ok(
      weights
        .get('classifier.bias')!
        .dataSync()
        .every((value) => value === 0),
    );
    assert.deepEqual(initialClassifier(200, 50, 1).get('classifier.weight')!.dataSync(), values);
  });

  it('cross-entropies are the formulas, and so are their gradients', () => {
    const logits = [
      [0.3, -1.2, 2],
      [50, -60, 0],
    ];
    const targets = [
      [0.2, 0.5, 0.3],
      [0, 1, 0],
    ];
    const [x, t] = [tf.tensor2d(logits), tf.tensor2d(targets)];
    const softmax = (row: number[]) => {
      const most = Math.max(...row);
      const total = row.reduce((sum, value) => sum + Math.exp(value - most), 0);
      return row.map((value) => Math.exp(value - most) / total);
    };
    const logShare = (row: number[], k: number) => {
      const most = Math.max(...row);
      return row[k] - most - Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0));
    };
    const soft = -mean(
      logits.map((row, i) => row.reduce((sum, _, k) => sum + targets[i][k] * logShare(row, k), 0)),
    );
    close(softCrossEntropy(x, t).dataSync()[0], soft, 1e-5);
    const [gradient] = tf.grads((a: tf.Tensor) => softCrossEntropy(a as tf.Tensor2D, t))([x]);
    logits.forEach((row, i) =>
      softmax(row).forEach((p, k) => close(gradient.arraySync()[i as never][k], (p - targets[i][k]) / 2)),
    );

    const s = (value: number) => 1 / (1 + Math.exp(-value));
    const log = (value: number) =>
      value > 0 ? -Math.log1p(Math.exp(-value)) : value - Math.log1p(Math.exp(value));
    const binary = -mean(
      logits.flatMap((row, i) => row.map((v, k) => targets[i][k] * log(v) + (1 - targets[i][k]) * log(-v))),
    );
    close(binaryCrossEntropy(x, t).dataSync()[0], binary, 1e-5);
    const [slope] = tf.grads((a: tf.Tensor) => binaryCrossEntropy(a as tf.Tensor2D, t))([x]);
    logits.forEach((row, i) =>
      row.forEach((v, k) => close(slope.arraySync()[i as never][k], (s(v) - targets[i][k]) / 6)),
    );
  });

  it('targets are smoothed over all classes, or each label by itself', () => {
    const entry = (label: string | null, labels?: string[]): MediaEntry => ({
      path: '',
      label,
      labels,
      split: null,
    });
    const classes = ['a', 'b', 'c', 'd'];
    const one = targetsOf([entry('c')], { classes, multiLabel: false }, 0.1);
    [0.025, 0.025, 0.925, 0.025].forEach((value, k) => close(one.data[k], value));
    const several = targetsOf([entry(null, ['a', 'd']), entry(null, [])], { classes, multiLabel: true }, 0);
    assert.deepEqual([...several.data], [1, 0, 0, 1, 0, 0, 0, 0]);
    const smooth = targetsOf([entry(null, ['a'])], { classes, multiLabel: true }, 0.1);
    [0.95, 0.05].forEach((value, k) => close(smooth.data[k], value));
  });

  it('dropout and drop path keep the mean, and drop later blocks more often', () => {
    const values = drawDropout(RandomStream.fromSeed(1), 40_000, 0.3);
    close(mean(values), 1, 0.02);
    close(values.filter((value) => value === 0).length / values.length, 0.3, 0.01);
    assert.deepEqual(dropPathRates(3, 0.2), [0, 0.1, 0.2]);
    const path = drawDropPath(RandomStream.fromSeed(2), 3, 8000, 0.4);
    const block = (i: number) => path.subarray(i * 16_000, (i + 1) * 16_000);
    assert.ok(block(0).every((value) => value === 1));
    for (const i of [1, 2]) {
      close(mean(block(i)), 1, 0.02);
      close(block(i).filter((value) => value === 0).length / 16_000, 0.2 * i, 0.01);
    }
  });
});
