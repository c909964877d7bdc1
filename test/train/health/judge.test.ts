import assert from 'node:assert/strict';
import {
  type HealthFacts,
  type HealthFinding,
  type HealthState,
  type ProbeFigures,
  type StepMetrics,
  findingsOf,
  healthAtStart,
  judgeStep,
  lossTerms,
} from 'xkd/internal';

const facts: HealthFacts = {
  steps: 1000,
  warmupSteps: 100,
  outputs: 128,
  teachersFollow: true,
  patchValues: { video: 384, audio: 32 },
};
const every = 20;

const healthy: ProbeFigures = {
  videoStudentProbeRank: 8,
  videoStudentProbeSpread: 0.8,
  videoStudentProbeEntropy: 0.7,
  videoStudentProbeInformation: 0.15,
  audioStudentProbeRank: 11,
  audioStudentProbeSpread: 0.8,
  audioStudentProbeEntropy: 0.7,
  audioStudentProbeInformation: 0.1,
  videoTeacherProbeRank: 12,
  videoTeacherProbeSpread: 0.8,
  videoTeacherProbeEntropy: 0.1,
  videoTeacherProbeInformation: 0.7,
  audioTeacherProbeRank: 14,
  audioTeacherProbeSpread: 0.9,
  audioTeacherProbeEntropy: 0.1,
  audioTeacherProbeInformation: 0.8,
  videoToAudioPairs: 0.6,
  audioToVideoPairs: 0.7,
};

/** Figures that vary a little from step to step, as those of a run do. */
function stepOf(step: number, wrong: Partial<StepMetrics> = {}): StepMetrics {
  const drift = 1 + 0.2 * (1 - Math.exp(-step / 100));
  const probed = step % every === 0;
  const moved = Object.fromEntries(Object.entries(healthy).map(([name, value]) => [name, value * drift]));
  const losses = Object.fromEntries(lossTerms.map((term) => [term, 0.5 / drift]));
  const figures = { ...losses, videoToAudio: 4 / drift, audioToVideo: 4 / drift, clippedShare: 0.02 };
  const rates = { step, epoch: 0, learningRate: 1e-3, emaMomentum: 0.99, clipped: 2, secondsPerStep: 0.1 };
  const row = { ...rates, ...figures, ...(probed && moved) } as unknown as StepMetrics;
  const changes = Object.entries(wrong).filter(([name]) => probed || !/Probe|Pairs/.test(name));
  return { ...row, ...Object.fromEntries(changes) };
}

type Course = (step: number) => Partial<StepMetrics>;

function follow(
  course: Course,
  steps = facts.steps,
  from: HealthState = healthAtStart,
  first = 0,
  of: HealthFacts = facts,
) {
  let state = from;
  const said: (HealthFinding & { at: number })[] = [];
  for (let step = first; step < steps; step++) {
    const judged = judgeStep(state, stepOf(step, course(step)), of);
    state = judged.state;
    said.push(...judged.said.map((finding) => ({ ...finding, at: step })));
  }
  return { state, said };
}

const from =
  (start: number, wrong: Partial<StepMetrics>, until = Infinity): Course =>
  (step) =>
    step >= start && step < until ? wrong : {};
const sentences = (course: Course) => follow(course).said.map(({ sentence }) => sentence);

describe('the verdict on a run', () => {
  it('says nothing of a healthy one', () => {
    const { said, state } = follow(() => ({}));
    assert.deepEqual(said, []);
    assert.deepEqual(findingsOf(state), []);
  });

  it('names a teacher that answers every clip alike, since when, after two probes', () => {
    const { said, state } = follow(from(220, { audioTeacherProbeInformation: 0.001 }));
    assert.deepEqual(said.map(({ at, since, grave }) => [at, since, grave]), [[240, 220, true]]); // prettier-ignore
    assert.match(
      said[0].sentence,
      /^The audio teacher answers every clip alike since step 220 \(its answers hold 0\.1 % of what could tell the clips apart; their entropy is [\d.]+ % of the largest\)\.$/,
    );
    assert.equal(findingsOf(state).length, 1);
  });

  it('says nothing of one bad probe, nor before the warm-up is over', () => {
    assert.deepEqual(sentences(from(220, { audioTeacherProbeInformation: 0.001 }, 240)), []);
    assert.deepEqual(sentences(from(0, { videoReconstruction: 1.2, total: 0.5 }, 100)), []);
  });

  it('lets a verdict go only when it is right again for as long', () => {
    const wrong = { audioTeacherProbeInformation: 0.001 };
    const between = { audioTeacherProbeInformation: 0.03 };
    const lasting = follow((step) => (step < 200 ? {} : step < 300 ? wrong : between));
    assert.equal(findingsOf(lasting.state).length, 1);
    const flapping = follow((step) => (step < 200 ? {} : step < 300 || step % 40 === 0 ? wrong : {}));
    assert.deepEqual([flapping.said.length, findingsOf(flapping.state).length], [1, 1]);
    const over = follow(from(200, wrong, 300));
    assert.deepEqual([over.said.length, findingsOf(over.state).length], [1, 0]);
    const again = follow((step) => ((step >= 200 && step < 300) || step >= 600 ? wrong : {}));
    assert.deepEqual(again.said.map(({ since }) => since), [200, 600]); // prettier-ignore
  });

  it('takes what never was high for low only in the second half', () => {
    const { said } = follow(() => ({ videoTeacherProbeInformation: 0.01 }));
    assert.deepEqual(said.map(({ since }) => since), [500]); // prettier-ignore
  });

  it('names features that are alike, and not what follows from them', () => {
    const [first, ...others] = sentences(
      from(200, {
        audioStudentProbeRank: 1.1,
        audioStudentProbeSpread: 0.01,
        audioStudentProbeInformation: 0,
        audioReconstruction: 1.5,
        videoToAudioPairs: 0.5,
      }),
    );
    assert.match(first, /^The features of the audio student are alike for every clip since step 200 \(effective rank 1\.1, spread 0\.01\)\.$/); // prettier-ignore
    assert.deepEqual(others, []);
  });

  const causes: [what: string, course: Course, sentence: RegExp][] = [
    [
      'reconstruction',
      from(200, { audioReconstruction: 0.97 }),
      /removed patches of the sound .* by the mean 0\.969/,
    ],
    ['a loss that rises', from(400, { total: 0.9 }), /^The loss has been far above what it was since step/],
    ['distillation', from(300, { audioToVideo: 5.4 }), /video student follows the audio teacher worse|loss of the video student/], // prettier-ignore
    ['pairs', from(0, { audioToVideoPairs: 0.5, videoToAudioPairs: 0.51 }), /^What the students answer fits the teachers' answers to the same clips no better than to others since step 500 \(pair score 0\.51/], // prettier-ignore
    ['clipping', from(0, { clippedShare: 0.95 }), /^Nearly all gradients are clipped since step 100 \(95 %/],
  ];
  for (const [what, course, sentence] of causes) {
    it(`names ${what}`, () => {
      const said = sentences(course);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0], sentence);
    });
  }

  it('says nothing of pairs that are known in one direction, or distilled in one alone', () => {
    assert.deepEqual(sentences(from(0, { audioToVideoPairs: 0.5 })), []);
    const alone = { audioToVideoPairs: 0.5, videoToAudioPairs: undefined } as Partial<StepMetrics>;
    assert.deepEqual(sentences(from(0, alone)), []);
  });

  it('lets healthy runs take a hundred steps to begin to learn, however short their warm-up', () => {
    const wrong = { audioReconstruction: 0.98, videoToAudio: 5.5, audioToVideo: 5.5 };
    const short = { ...facts, steps: 300, warmupSteps: 10 };
    assert.deepEqual(follow(from(0, wrong, 80), 300, healthAtStart, 0, short).said, []);
    const lasting = follow(from(0, wrong), 300, healthAtStart, 0, short).said;
    assert.deepEqual(lasting.map(({ since }) => since), [100, 100, 100]); // prettier-ignore
  });

  it('names a run that learns nothing, and teachers that stand still', () => {
    const students = { videoStudentProbeRank: 8, videoStudentProbeSpread: 0.8, audioStudentProbeRank: 11, audioStudentProbeSpread: 0.8 }; // prettier-ignore
    const teachers = { videoTeacherProbeRank: 12, videoTeacherProbeSpread: 0.8, audioTeacherProbeRank: 14, audioTeacherProbeSpread: 0.9 }; // prettier-ignore
    assert.match(
      sentences(() => students).join(),
      /^The students have learnt nothing: [^.]* since step 100 \(/,
    );
    assert.match(sentences(() => teachers).join(), /^The teachers are those of the start and do not follow the students since step 100/); // prettier-ignore
    assert.equal(sentences(() => ({ ...students, ...teachers })).length, 1);
  });

  it('takes it for right that frozen teachers stand still, and asks of them what can be wrong', () => {
    const frozen = { ...facts, teachersFollow: false };
    const judged = (course: Course) => follow(course, 1000, healthAtStart, 0, frozen).said;
    const still = { videoTeacherProbeRank: 12, videoTeacherProbeSpread: 0.8, audioTeacherProbeRank: 14, audioTeacherProbeSpread: 0.9 }; // prettier-ignore
    assert.deepEqual(judged(() => still), []); // prettier-ignore
    const [pairs] = judged(from(0, { audioToVideoPairs: 0.5, videoToAudioPairs: 0.51 }));
    assert.match(pairs.sentence, /and do the frozen teachers tell clips apart\?\)\.$/);
    const [nothing] = judged(from(200, { videoToAudio: 0.01, audioToVideo: 0.01 }));
    assert.match(nothing.sentence, /nothing left to learn from them, since .* do the frozen teachers tell clips apart/); // prettier-ignore
  });

  it('is a function of the figures: cut off anywhere it comes to the same', () => {
    const course = from(220, { audioTeacherProbeInformation: 0.001, total: 2 });
    const whole = follow(course, 400);
    for (const cut of [1, 120, 229, 241]) {
      const { state, said } = follow(course, cut);
      const rest = follow(course, 400, state, cut);
      assert.deepEqual([...said, ...rest.said], whole.said);
      assert.deepEqual(rest.state, whole.state);
    }
  });

  it('takes figures of earlier versions, which have no probes', () => {
    let state = healthAtStart;
    for (let step = 0; step < 50; step++) {
      const old = Object.entries(stepOf(step)).filter(([name]) => !/Probe|Pairs|clippedShare/.test(name));
      const judged = judgeStep(state, Object.fromEntries(old) as unknown as StepMetrics, facts);
      assert.deepEqual(judged.said, []);
      state = judged.state;
    }
    assert.deepEqual(follow(() => ({}), facts.steps, state, 50).said, []);
  });
});
