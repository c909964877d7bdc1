import assert from 'node:assert/strict';
import { UserError, configure, flattenConfig, presets, validateConfig } from 'xkd/internal';

/** Keys in which two presets differ, with the second preset's values. */
function differences(first: string, second: string): Record<string, unknown> {
  const before = new Map(flattenConfig(configure(first)));
  return Object.fromEntries(
    flattenConfig(configure(second)).filter(
      ([key, value]) => key !== 'preset' && JSON.stringify(before.get(key)) !== JSON.stringify(value),
    ),
  );
}

describe('presets', () => {
  it('are all valid, also when read back from a file', () => {
    for (const name of Object.keys(presets)) {
      const config = configure(name);
      assert.deepEqual(validateConfig(JSON.parse(JSON.stringify(config))), config);
      assert.equal(config.preset, name);
    }
  });

  it('take teachers that follow where a file of before has no key for them', () => {
    const { teacher, ...before } = configure('base');
    assert.equal(teacher, 'ema');
    assert.deepEqual(validateConfig(before), configure('base'));
  });

  it('hold the values of the three configurations of the release', () => {
    const base = configure('base');
    assert.deepEqual(base.optimiser, {
      learningRate: 1e-4,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0.3,
      clip: 0.3,
      warmupEpochs: 30,
      freezeLastLayerEpochs: 0,
    });
    assert.deepEqual([base.training.batch, base.training.epochs], [256, 800]);
    assert.deepEqual(base.mask, { video: 0.85, 'video.kind': 'random', audio: 0.8, 'audio.kind': 'random' });
    assert.deepEqual(base.ema, { start: 0.997, end: 1 });
    assert.deepEqual(
      [base.loss.alignment, base.loss.distillation, base.loss.reconstruction, base.centreMomentum],
      [1, 1, 5, 0.9],
    );
    assert.deepEqual([base.refinement, base.teacherView, base.sharing], ['mean', 'firstLocal', 'none']);
    assert.deepEqual(base.temperature, {
      student: 0.1,
      videoTeacher: { start: 0.1, end: 0.1 },
      audioTeacher: { start: 0.07, end: 0.07 },
      warmupEpochs: 30,
    });
    assert.deepEqual(differences('base', 'base-mas'), {
      sharing: 'students',
      'views.local.video': 3,
      'views.local.audio': 3,
      'temperature.videoTeacher.start': 0.09,
      'temperature.videoTeacher.end': 0.11,
      'temperature.audioTeacher.start': 0.04,
      'temperature.audioTeacher.end': 0.06,
    });
    assert.deepEqual(differences('base', 'base-mats'), {
      sharing: 'teachersAndStudents',
      'views.local.video': 3,
      'views.local.audio': 3,
    });
  });

  it('at laptop size differ in the sharing alone', () => {
    assert.deepEqual(differences('nano', 'nano-mas'), { sharing: 'students' });
    assert.deepEqual(differences('nano', 'nano-mats'), { sharing: 'teachersAndStudents' });
  });

  it('answer to the names of the release as well', () => {
    for (const [alias, name] of [
      ['xkd', 'base'],
      ['xkd_mas', 'base-mas'],
      ['xkd_mats', 'base-mats'],
    ]) {
      assert.deepEqual(configure(alias), configure(name));
    }
  });
});

describe('named sizes', () => {
  it('set encoder and decoder as the release names them', () => {
    const sizes = (part: 'encoder' | 'decoder') =>
      ['tiny', 'small', 'base', 'large'].map((name) => {
        const { width, depth, heads } = configure('base', { [part]: name })[part];
        return [width, depth, heads];
      });
    assert.deepEqual(sizes('encoder'), [
      [192, 12, 3],
      [384, 12, 6],
      [768, 12, 12],
      [1024, 24, 16],
    ]);
    assert.deepEqual(sizes('decoder'), [
      [96, 4, 3],
      [192, 4, 6],
      [384, 4, 12],
      [512, 8, 16],
    ]);
  });

  it('can be followed by single values', () => {
    assert.deepEqual(configure('nano', { encoder: 'small', 'encoder.depth': 2 }).encoder, {
      width: 384,
      depth: 2,
      heads: 6,
      registers: 0,
    });
  });

  it('are refused with the choices, and groups without names with their keys', () => {
    refused({ encoder: 'huge' }, /"huge" of "encoder".*tiny, small, base, large.*encoder\.width/);
    refused({ 'views.local': 'many' }, /"many" of "views\.local".*views\.local\.video/);
    refused({ loss: 3 }, /"loss" is a group of configuration keys: name one of loss\.alignment, /);
    assert.deepEqual(configure('nano', { 'views.local': 2 }).views.local, { video: 2, audio: 2 });
  });
});

describe('nonsensical combinations', () => {
  for (const [overrides, reason] of [
    [{ 'loss.alignment': 0, 'loss.distillation': 0, 'loss.reconstruction': 0 }, /nothing would be learnt/],
    [
      { 'loss.alignmentOf': 'teachers', 'loss.distillation': 0, 'loss.reconstruction': 0 },
      /teachers get no gradient.*loss\.alignmentOf=students/,
    ],
    [{ teacherView: 'firstLocal', 'views.local.audio': 0 }, /views\.local\.audio is 0.*teacherView=global/],
    [{ 'mask.video': 0 }, /mask\.video \(0\) removes none of the 64 patches.*higher ratio/],
    [{ 'mask.audio': 0.99 }, /mask\.audio \(0\.99\) leaves none of the 32 patches.*lower ratio/],
    // Half a patch is rounded to the even number 0, as for the masks.
    [
      { 'patch.frames': 8, 'patch.size': 16, 'views.local.video': 0, 'mask.video': 0.875 },
      /mask\.video \(0\.875\) leaves none of the 4 patches/,
    ],
    [
      { 'mask.video': 0.97, 'mask.video.kind': 'tube' },
      /mask\.video \(0\.97\) leaves none of the 64 patches, which "tube" takes 4 at a time; choose a lower ratio/,
    ],
    [
      { 'mask.audio': 0.1, 'mask.audio.kind': 'frequency' },
      /mask\.audio \(0\.1\) removes none of the 32 patches, which "frequency" takes 8 at a time, so there is nothing/,
    ],
    [{ 'mask.video.kind': 'time' }, /^mask\.video\.kind must be one of "random", "tube", not "time"\.$/],
    [
      { 'mask.video.knid': 'tube' },
      /no configuration key "mask\.video\.knid"; did you mean "mask\.video\.kind"\?/,
    ],
    [{ 'training.accumulate': 7 }, /training\.batch \(48\) is not a multiple of training\.accumulate \(7\)/],
    [{ 'encoder.registers': 65 }, /^encoder\.registers must be at most 64; 65 is not\.$/],
    [{ 'encoder.registers': -1 }, /^encoder\.registers must be at least 0; -1 is not\.$/],
    [{ 'encoder.heads': 5 }, /encoder\.width \(64\) is not a multiple of encoder\.heads \(5\)/],
    [{ 'spectrogram.minHz': 9000 }, /minHz \(9000\) is not below spectrogram\.maxHz/],
    [{ 'spectrogram.maxHz': 9000 }, /above half of clip\.sampleRateHz/],
    [{ 'optimiser.beta1': 1 }, /^optimiser\.beta1 must be less than 1; 1 is not\.$/],
    [
      { 'videoAugmentation.aspect': [0, 1] },
      /^videoAugmentation\.aspect is \[0,1\]: its low end must be above 0\.$/,
    ],
    [{ 'views.frames': 16 }, /views\.frames \(16\) is above frames of a clip \(8\)/],
    [
      { sharing: 'audio' },
      /^sharing must be one of "none", "students", "teachersAndStudents", not "audio"\.$/,
    ],
    [{ preset: 'base' }, /preset=base would only rename preset nano/],
    [{ preset: 'junk' }, /preset=junk would only rename preset nano/],
    [{ 'spectrogram.fftSize': 1 }, /^spectrogram\.fftSize must be at least 2; 1 is not\.$/],
    [{ 'training.steps': 1.5 }, /^training\.steps must be a whole number; 1\.5 is not one\.$/],
    [{ 'training.batch': 'many' }, /^training\.batch must be a number; "many" is not one\.$/],
    [{ 'clip.seconds': null }, /^clip\.seconds must be a number; null is not one\.$/],
    [{ 'clip.seconds': NaN }, /^clip\.seconds must be a number; NaN is not one\.$/],
    [
      { 'audioAugmentation.localCrop': 'yes' },
      /^audioAugmentation\.localCrop must be true or false; "yes" is neither\.$/,
    ],
    [{ 'videoAugmentation.aspect': 2 }, /^videoAugmentation\.aspect must be a list; 2 is not one\.$/],
    [
      { 'videoAugmentation.aspect': [1] },
      /^videoAugmentation\.aspect must have at least 2 entries; it has 1\.$/,
    ],
    [
      { 'videoAugmentation.aspect': [1, 2, 3] },
      /^videoAugmentation\.aspect must have at most 2 entries; it has 3\.$/,
    ],
    [
      { 'loss.alignment': 0, 'loss.alignmentOf': 'students' },
      /alignmentOf is "students" but loss\.alignment is 0/,
    ],
    [{ 'loss.distillation': 0, 'loss.distillationOf': 'videoToAudio' }, /loss\.distillation is 0/],
    [{ 'loss.reconstruction': 0, 'loss.reconstructionOf': 'audio' }, /loss\.reconstruction is 0/],
    [
      { 'loss.alignmentOf': 'students', 'loss.distillation': 0, refinement: 'softmax' },
      /refinement is "softmax" but no loss needs the teachers/,
    ],
    [
      { 'loss.alignment': 0, 'loss.distillation': 0, teacher: 'frozen' },
      /teacher is "frozen" but no loss needs the teachers/,
    ],
    [{ teacher: 'still' }, /^teacher must be one of "ema", "frozen", not "still"\.$/],
    [
      { 'loss.alignment': 0, 'loss.distillation': 0, 'optimiser.freezeLastLayerEpochs': 1 },
      /freezeLastLayerEpochs is 1 but no loss trains the heads/,
    ],
  ] as [Record<string, string | number | number[]>, RegExp][]) {
    it(`${JSON.stringify(overrides)} is refused with the reason`, () => refused(overrides, reason));
  }

  it('a mask of 0 is fine where nothing is reconstructed from it', () => {
    assert.equal(configure('nano', { 'mask.video': 0, 'loss.reconstructionOf': 'audio' }).mask.video, 0);
    assert.equal(
      configure('nano', { teacherView: 'firstLocal', 'views.local': 1 }).teacherView,
      'firstLocal',
    );
  });
});

function refused(overrides: Record<string, string | number | readonly number[]>, message: RegExp): void {
  assert.throws(
    () => configure('nano', overrides),
    (error) => error instanceof UserError && message.test(error.message),
  );
}
