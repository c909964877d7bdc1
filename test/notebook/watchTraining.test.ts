import assert from 'node:assert/strict';
import {
  lossesFigure,
  lossTerms,
  runningMean,
  watchTraining,
  type PretrainingRun,
  type StepMetrics,
} from 'xkd';
import { unpacked, type PackedNumbers } from 'xkd/dist/notebook/packed';
import { captureDisplays } from './captureDisplays';

const figureType = 'application/vnd.plotly.v1+json';

function metrics(step: number): StepMetrics {
  const losses = Object.fromEntries(lossTerms.map((term) => [term, 100 - step])) as Record<string, number>;
  return { step, epoch: 0, ...losses } as unknown as StepMetrics;
}

/** A run that takes its steps without computing, and is interrupted after one of them. */
function fakeRun(steps: number, stopBehind: number): PretrainingRun {
  const run = {
    length: { steps, stepsPerEpoch: steps },
    state: { step: 0 },
    changes: [],
    async *[Symbol.asyncIterator]() {
      while (run.state.step < steps) {
        const { step } = run.state;
        run.state.step++;
        yield metrics(step);
        if (step === stopBehind) return;
      }
    },
  };
  return run as unknown as PretrainingRun;
}

describe('watching a training', () => {
  it('keeps every step, and continues after an interrupt', async () => {
    const run = fakeRun(30, 11);
    const history: StepMetrics[] = [];
    const shown = await captureDisplays(async () => {
      await watchTraining(run, history, { title: 'first' });
      assert.equal(history.length, 12);
      await watchTraining(run, history, { title: 'second' });
    });
    assert.deepEqual(
      history.map(({ step }) => step),
      Array.from({ length: 30 }, (_, i) => i),
    );
    const texts = shown.map(({ data }) => String(data['text/plain']));
    assert.ok(texts.some((text) => /^first .* 40 % · 12\/30 steps/.test(text)));
    assert.ok(texts.some((text) => /^second .* 100 % · 18\/18 steps/.test(text)));
    const figures = shown.filter(({ data }) => figureType in data);
    const last = figures[figures.length - 1].data[figureType] as { data: { x: PackedNumbers }[] };
    assert.equal(unpacked(last.data[0].x).length, 30);
  });

  it('draws the terms asked for, smoothed over ten steps', () => {
    const history = Array.from({ length: 20 }, (_, step) => metrics(step));
    const figure = lossesFigure(history, { terms: ['videoTeacherEntropy'] });
    assert.equal(figure.data[0].name, 'video teacher entropy');
    const y = unpacked((figure.data[0] as { y: unknown }).y as PackedNumbers);
    assert.equal(y[0], 100);
    assert.ok(Math.abs(y[19] - (100 - 14.5)) < 1e-4);
    assert.deepEqual(runningMean([2, 4, 6], 2), [2, 3, 5]);
  });
});
