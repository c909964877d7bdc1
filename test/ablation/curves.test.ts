import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ablationCurvesFigure,
  curveTerms,
  jobFolder,
  makeAblationCurves,
  makeAblationTable,
  planAblation,
  readAblationCurves,
  UserError,
  writeAblation,
  type AblationJob,
} from 'xkd/internal';
import { unpacked, type PackedNumbers } from 'xkd/dist/figures/packed';
import { temporaryFolder } from '../media/fixtures';
import { writeResult } from '../support/ablation';

const says = (pattern: RegExp) => (error: Error) => error instanceof UserError && pattern.test(error.message);
const steps = 90;

/** Step s has the value `1000 seed + s + term`. */
function writeMetrics(out: string, { row, seed }: AblationJob): void {
  const lines = Array.from({ length: steps }, (_, step) =>
    [step, ...curveTerms.map((_name, term) => 1000 * seed + step + term)].join(','),
  );
  const text = [['step', ...curveTerms].join(','), ...lines].join('\n');
  writeFileSync(join(jobFolder(out, { row, seed }), 'metrics.csv'), `${text}\n`);
}

describe('curves of an ablation', () => {
  const file = temporaryFolder();
  const jobs = planAblation({ rows: ['reconstruction', 'full'], seeds: 2, steps });
  const fill = (folder: string, chosen: readonly AblationJob[]) =>
    chosen.forEach((job) => {
      writeResult(folder, job, 0.5);
      writeMetrics(folder, job);
    });

  it('are means over stretches of steps, the last one as long as steps are left', () => {
    fill(file('all'), jobs);
    const { steps: middles, outputs, curves } = makeAblationCurves(jobs, [file('all')])!;
    // 90 steps in intervals of ceil(90 / 40) = 3 steps.
    assert.equal(middles.length, 30);
    assert.deepEqual(middles.slice(0, 2), [1, 4]);
    assert.equal(outputs, 128);
    assert.deepEqual(
      curves.map(({ row, seed }) => `${row} ${seed}`),
      ['reconstruction 0', 'full 0', 'reconstruction 1', 'full 1'],
    );
    assert.deepEqual(curves[1].terms.videoReconstruction.slice(0, 2), [1, 4]);
    assert.equal(curves[3].terms.audioTeacherEntropy[0], 1000 + 1 + curveTerms.length - 1);
    const uneven = planAblation({ rows: ['full'], seeds: 1, steps: 100 });
    writeResult(file('uneven'), uneven[0], 0.5);
    writeMetrics(file('uneven'), uneven[0]);
    // Only 90 of 100 steps were written, so intervals without any are null. The middle one of three steps is 88; the term
    // is the second one.
    const late = makeAblationCurves(uneven, [file('uneven')])!;
    assert.deepEqual(late.steps.slice(-2), [97, 99]);
    assert.deepEqual(late.curves[0].terms.distillation.slice(-5), [89, null, null, null, null]);
  });

  it('are of the jobs that are done and whose metrics are there, in whatever folder', () => {
    fill(file('one'), jobs.slice(0, 1));
    fill(file('two'), jobs.slice(2, 3));
    writeResult(file('two'), jobs[3], 0.5);
    const { curves } = makeAblationCurves(jobs, [file('one'), file('two')])!;
    assert.deepEqual(
      curves.map(({ row, seed }) => `${row} ${seed}`),
      ['reconstruction 0', 'reconstruction 1'],
    );
    assert.equal(makeAblationCurves(jobs, [file('none')]), null);
  });

  it('are written beside the table, a line for each, and read back', () => {
    fill(file('all'), jobs);
    const made = makeAblationCurves(jobs, [file('all')])!;
    writeAblation(file('results'), makeAblationTable({ jobs, folders: [file('all')] }), made);
    const path = file('results/ablation-curves.json');
    assert.deepEqual(readAblationCurves(path), made);
    assert.equal(readFileSync(path, 'utf8').split('\n').length, 1 + jobs.length + 2);
    writeFileSync(path, '{"format": 1}');
    assert.throws(() => readAblationCurves(path), says(/holds no curves of an ablation \(steps/));
    assert.throws(() => readAblationCurves(file('nowhere')), says(/nowhere/));
  });

  it('are drawn in the colour of their row, with the level in sight', () => {
    fill(file('all'), jobs);
    const made = makeAblationCurves(jobs, [file('all')])!;
    const level = { value: 2000, name: 'log(outputs)' };
    const { data, layout } = ablationCurvesFigure(made, { rows: ['full'], term: 'distillation', level });
    assert.deepEqual(
      data.map(({ name, showlegend }) => [name, showlegend]),
      [
        ['full', true],
        ['full', false],
      ],
    );
    const [, second] = data as unknown as { y: PackedNumbers }[];
    assert.deepEqual([...unpacked(second.y)].slice(0, 2), [1002, 1005]);
    assert.ok(layout.yaxis!.range![1] > 2000);
  });
});
