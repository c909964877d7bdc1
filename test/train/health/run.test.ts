import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type PretrainingArgs,
  type ProbeClips,
  type StepMetrics,
  configure,
  metricsFiles,
  probeFigures,
  probeInterval,
  readMetricsFile,
  tf,
} from 'xkd/internal';
import { readWarnings } from 'xkd/dist/train/runs/runWarnings';
import { config, finish, open, source, weightsOf } from '../../support/runs';
import { tinyConfig } from '../../support/tiny';

/** The first batch of another run: fixed clips. */
async function clips(): Promise<ProbeClips> {
  const wide = tinyConfig({ 'training.batch': 8, seed: 5 });
  const { video, audio } = await source(wide, 0).next();
  return { video: video[0], audio: audio[0] };
}

const report = () => undefined;
const probed: Partial<PretrainingArgs> = { probeClips: clips, probeSteps: 3, report };
const lost = { 'optimiser.learningRate': 1e-9, 'training.steps': 10, 'optimiser.warmupEpochs': 0 };
const still: Partial<PretrainingArgs> = { ...probed, config: tinyConfig(lost) };
const figuresIn = (row: object) => probeFigures.filter((name) => name in row).length;
const comparable = (rows: readonly StepMetrics[]) => rows.map((row) => ({ ...row, secondsPerStep: 0 }));
const withoutProbe = (row: object) =>
  Object.fromEntries(
    Object.entries(row).filter(([name]) => !(probeFigures as readonly string[]).includes(name)),
  );

describe('a run that is probed', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-health-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const eager of [true, false]) {
    it(`is what it would be without, ${eager ? 'op by op' : 'as a graph'}, and has its figures`, async () => {
      const plain = await open(null, { eager });
      const expected = await finish(plain);
      const run = await open(join(folder, 'run'), { ...probed, eager });
      const rows = await finish(run);
      assert.deepEqual(rows.map(figuresIn), [18, 0, 0, 18, 0, 0, 18, 18]);
      assert.deepEqual(comparable(rows).map(withoutProbe), comparable(expected));
      assert.deepEqual(weightsOf(run.state), weightsOf(plain.state));
      for (const name of metricsFiles)
        assert.deepEqual(readMetricsFile(join(folder, 'run', name)) as unknown, rows);
      [plain, run].forEach(({ state }) => state.dispose());
    });
  }

  it('keeps no tensors', async () => {
    const run = await open(null, { ...probed, probeSteps: 1 });
    const counts: number[] = [];
    for await (const row of run) if (figuresIn(row) > 0) counts.push(tf.memory().numTensors);
    assert.equal(new Set(counts.slice(1)).size, 1, counts.join());
    await run.close();
    run.state.dispose();
  });

  it('has figures of what has a part in the loss alone', async () => {
    const alone = tinyConfig({ 'training.steps': 1, 'loss.distillation': 0, 'loss.alignment': 0 });
    const run = await open(null, { ...probed, config: alone });
    const [row] = await finish(run);
    assert.deepEqual(
      probeFigures.filter((name) => name in row),
      [
        'videoStudentProbeRank',
        'videoStudentProbeSpread',
        'audioStudentProbeRank',
        'audioStudentProbeSpread',
      ],
    );
    run.state.dispose();
  });

  it('tells what goes wrong, in the folder too', async () => {
    const told: string[] = [];
    const out = join(folder, 'run');
    const run = await open(out, { ...still, report: (sentence) => told.push(sentence) });
    await finish(run);
    const [warning] = readWarnings(out);
    assert.match(warning.sentence, /^The students have learnt nothing: .* since step 3 /);
    assert.equal(warning.step, 7);
    assert.deepEqual(told, [`step 6: ${warning.sentence}`]);
    assert.deepEqual(run.health.findings.map(({ sentence }) => sentence), [warning.sentence]); // prettier-ignore
    assert.deepEqual([run.state.step, run.failed], [10, true]);
    run.state.dispose();
  });

  it('ends where going on is vain, when asked to, with a checkpoint, and can go on', async () => {
    const out = join(folder, 'run');
    const run = await open(out, { ...still, stopWhenFailing: true });
    await finish(run);
    assert.equal(run.state.step, 7);
    run.state.dispose();
    const again = await open(out, { ...still, stopWhenFailing: true, resume: true });
    await finish(again);
    assert.equal(again.state.step, 10);
    again.state.dispose();
  });

  it('cut off and resumed anywhere it has the same figures and warnings', async () => {
    const whole = await open(join(folder, 'whole'), still);
    await finish(whole);
    for (const cut of [5, 7]) {
      const out = join(folder, `cut-${cut}`);
      const first = await open(out, still);
      await finish(first, cut);
      first.state.dispose();
      const second = await open(out, { ...still, resume: true });
      await finish(second);
      const [a, b] = ['whole', `cut-${cut}`].map((name) => join(folder, name));
      for (const name of metricsFiles)
        assert.deepEqual(
          comparable(readMetricsFile(join(b, name)) as unknown as StepMetrics[]),
          comparable(readMetricsFile(join(a, name)) as unknown as StepMetrics[]),
        );
      assert.deepEqual(readWarnings(b), readWarnings(a));
      assert.deepEqual(second.health.findings, whole.health.findings);
      assert.deepEqual(weightsOf(second.state), weightsOf(whole.state));
      second.state.dispose();
    }
    whole.state.dispose();
  });

  it('continues a folder of an earlier version, which has no such figures', async () => {
    const out = join(folder, 'run');
    const first = await open(out);
    await finish(first, 5);
    first.state.dispose();
    for (const name of metricsFiles) {
      const rows = readMetricsFile(join(out, name)).map((row) =>
        Object.entries(row).filter(([key]) => key !== 'clippedShare' && key !== 'studentContrast'),
      );
      const lines = name.endsWith('.csv')
        ? [rows[0].map(([key]) => key), ...rows.map((row) => row.map(([, value]) => value))].map(String)
        : rows.map((row) => JSON.stringify(Object.fromEntries(row)));
      writeFileSync(join(out, name), `${lines.join('\n')}\n`);
    }
    const second = await open(out, { ...probed, resume: true });
    const rest = await finish(second);
    for (const name of metricsFiles) {
      const rows = readMetricsFile(join(out, name));
      assert.deepEqual(rows.map(figuresIn), [0, 0, 0, 0, 0, 0, 18, 18]);
      assert.deepEqual(rows.slice(5) as unknown, rest);
      assert.equal('clippedShare' in rows[4], false);
    }
    const [head] = readFileSync(join(out, 'metrics.csv'), 'utf8').split('\n');
    assert.match(head, /,audioToVideoPairs,studentContrast$/);
    second.state.dispose();
  });
});

describe('the interval of probes', () => {
  it('keeps them under 1 % of the time, by the work of a step', () => {
    assert.equal(probeInterval(configure('nano')), 33);
    assert.ok(probeInterval(config) >= 20);
    const [small, large] = [8, 256].map((batch) =>
      probeInterval(configure('base', { 'training.batch': batch })),
    );
    assert.ok(small > 100 && large < 30, `${small}, ${large}`);
  });
});
