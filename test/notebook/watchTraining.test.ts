import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import {
  lossesFigure,
  lossTerms,
  runningMean,
  watchTraining,
  type ConfigChange,
  type PretrainingRun,
  type Figure,
  type StepMetrics,
} from 'xkd/internal';
import { markPanel } from 'xkd/dist/notebook/controls/shownPanels';
import { unpacked, type PackedNumbers } from 'xkd/dist/figures/packed';
import { captureDisplays, type Shown } from './captureDisplays';

const figureType = 'application/vnd.plotly.v1+json';

function metrics(step: number): StepMetrics {
  const losses = Object.fromEntries(lossTerms.map((term) => [term, 100 - step])) as Record<string, number>;
  return { step, epoch: 0, ...losses } as unknown as StepMetrics;
}

/** A run that takes its steps without computing, and is interrupted after one of them. */
function fakeRun(steps: number, stopBehind: number, onStep: (step: number) => unknown = () => null) {
  const listeners = new Set<() => void>();
  const run = {
    length: { steps, stepsPerEpoch: steps },
    state: { step: 0 },
    control: { paused: false },
    changes: [] as ConfigChange[],
    listeners,
    observe(observer: () => void) {
      listeners.add(observer);
      return () => listeners.delete(observer);
    },
    change(values: ConfigChange['values']) {
      run.changes = [...run.changes, { step: run.state.step, values }];
      listeners.forEach((observer) => observer());
    },
    async *[Symbol.asyncIterator]() {
      while (run.state.step < steps) {
        const { step } = run.state;
        await onStep(step);
        run.state.step++;
        yield metrics(step);
        if (step === stopBehind) return;
      }
    },
  };
  return run as unknown as PretrainingRun & typeof run;
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
    assert.ok(texts.some((text) => /^second .* 100 % · 30\/30 steps/.test(text)));
    const figures = shown.filter(({ data }) => figureType in data);
    const last = figures[figures.length - 1].data[figureType] as { data: { x: PackedNumbers }[] };
    assert.equal(unpacked(last.data[0].x).length, 30);
  });

  it('marks a change at once, though the step goes on and on', async () => {
    const run = fakeRun(3, 3, async (step) => {
      if (step !== 1) return;
      run.change({ refinement: 'softmax' });
      await setTimeout(1000); // a slow step
      marked.push(...names());
    });
    const marked: string[] = [];
    let shown: readonly Shown[] = [];
    const names = () => {
      const last = shown.filter(({ data }) => figureType in data).at(-1)!.data[figureType];
      return (last as Figure).layout.annotations!.map(({ text }) => text);
    };
    await captureDisplays(
      () => watchTraining(run, []),
      (all) => (shown = all),
    );
    assert.deepEqual(marked, ['refinement softmax']);
    assert.equal(run.listeners.size, 0);
  });

  it('draws a single step at once while the run is paused', async () => {
    const lengths: number[] = [];
    let shown: readonly Shown[] = [];
    const run = fakeRun(3, 3, async (step) => {
      run.control.paused = true;
      await setTimeout(300); // waits for the button; less than the time between two updates of the figure
      const last = shown.filter(({ data }) => figureType in data).at(-1)!.data[figureType];
      const [{ x }] = (last as { data: { x: PackedNumbers }[] }).data;
      lengths[step] = unpacked(x).length;
    });
    await captureDisplays(
      () => watchTraining(run, []),
      (all) => (shown = all),
    );
    assert.deepEqual(lengths, [0, 1, 2]);
  });

  it('leaves the bar to a panel that is on the page', async () => {
    const run = fakeRun(3, 3);
    markPanel(run, true);
    const shown = await captureDisplays(() => watchTraining(run, []));
    assert.ok(shown.length > 0 && shown.every(({ data }) => figureType in data));
    markPanel(run, false);
    const texts = (await captureDisplays(() => watchTraining(run, []))).map(({ data }) =>
      String(data['text/plain']),
    );
    assert.ok(texts.some((text) => text.includes('3/3 steps')));
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
