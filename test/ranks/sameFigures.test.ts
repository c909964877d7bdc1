import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lossTerms, makeSampleSet, projectPath } from 'xkd/internal';
import { cutRun, deviation, figuresOf, setUpMpi, start, succeed, tensorsOf } from '../support/processes';

const steps = 20;
// The paper's peak learning rate. The loader of a test needs no more than one thread a process.
const common = [
  ...[
    'training.batch=12',
    `training.steps=${steps}`,
    'training.checkpointSteps=10',
    'training.keepCheckpoints=9',
  ],
  ...['optimiser.learningRate=1e-4', 'optimiser.warmupEpochs=1', 'loader.workers=1'],
];

/**
 * Largest deviations after 20 steps, relative to the largest value of a tensor. Sums over the clips are rounded in another
 * order, and where all gradients of a tensor are small Adam passes their rounding on undiminished: to the biases, which
 * begin at 0 and have moved by the learning rate alone, and to the moments themselves.
 */
const limits = { figures: 1e-6, weights: 1e-6, fromZero: 6e-6 };

describe('a run on several processes', function () {
  this.timeout(600_000);
  let folder: string;
  let data: string;
  const at = (name: string): string => join(folder, name);
  const pretrain = (name: string, ...words: string[]) =>
    succeed(['pretrain', '--data', data, '--out', at(name), ...common, ...words]);

  before(async () => {
    setUpMpi();
    folder = mkdtempSync(join(tmpdir(), 'xkd-ranks-'));
    data = at('clips');
    await makeSampleSet({ out: data, train: 48, test: 0 });
    await pretrain('one');
    await pretrain('two', '--processes', '2');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Asserts that two runs have the same losses, weights, centres and moments. */
  function assertSame(one: string, several: string): void {
    for (const term of lossTerms) {
      const [a, b] = [figuresOf(at(one), term), figuresOf(at(several), term)];
      assert.equal(b.length, steps);
      const limit = /Entropy$/.test(term) ? limits.fromZero : limits.figures;
      assert.ok(deviation(a, b) < limit, `${term}: ${deviation(a, b)}`);
    }
    const after = tensorsOf(at(several));
    for (const [name, values] of tensorsOf(at(one))) {
      const fromZero = /^optimiser\.|bias$/.test(name);
      const apart = deviation(values, after.get(name)!);
      assert.ok(apart < (fromZero ? limits.fromZero : limits.weights), `${name}: ${apart}`);
    }
  }

  function assertSameBits(one: string, other: string): void {
    const tensors = tensorsOf(at(other));
    for (const [name, values] of tensorsOf(at(one))) assert.deepEqual(tensors.get(name), values, name);
    assert.deepEqual(figuresOf(at(other), 'total'), figuresOf(at(one), 'total'));
  }

  it('equals one process', () => assertSame('one', 'two'));

  it('equals one process with three and four', async () => {
    for (const processes of ['3', '4']) {
      await pretrain(`of ${processes}`, '--processes', processes);
      assertSame('one', `of ${processes}`);
    }
  });

  for (const [preset, processes, ...words] of [
    ['nano-mas', '2', 'training.accumulate=2'],
    ['nano-mats', '3', 'teacherView=firstLocal', 'views.local.video=2'],
    ['nano', '2', 'alignment=contrastive', 'pairs=shuffled'],
  ]) {
    it(`equals one process: ${[preset, ...words].join(' ')}`, async () => {
      await pretrain(`${preset} one`, '--preset', preset, ...words);
      await pretrain(`${preset} several`, '--preset', preset, '--processes', processes, ...words);
      assertSame(`${preset} one`, `${preset} several`);
    });
  }

  it('compares only its own clips with distributed.alignment=local, as micro-batches do', async () => {
    await pretrain('micro-batches', 'training.accumulate=2');
    await pretrain('local', '--processes', '2', 'distributed.alignment=local');
    assertSame('micro-batches', 'local');
    assert.ok(deviation(figuresOf(at('one'), 'alignment'), figuresOf(at('local'), 'alignment')) > 1e-3);
  });

  it('rounds gradients on the way with distributed.wire=bf16', async () => {
    await pretrain('bf16', '--processes', '2', 'distributed.wire=bf16');
    const apart = deviation(figuresOf(at('two'), 'total'), figuresOf(at('bf16'), 'total'));
    assert.ok(apart > 1e-7 && apart < 1e-3, String(apart));
  });

  it('gives the same bits twice, and after a pause with as many processes', async () => {
    await pretrain('again', '--processes', '2');
    assertSameBits('two', 'again');
    cutRun(at('again'));
    await pretrain('again', '--processes', '2', '--resume');
    assertSameBits('two', 'again');
  });

  it('goes on with another number of processes, within rounding', async () => {
    cpSync(at('two'), at('alone'), { recursive: true });
    cutRun(at('alone'));
    await pretrain('alone', '--resume');
    assertSame('one', 'alone');
  });

  it('replays a recorded run of the original', async () => {
    const { stdout } = await succeed([
      'parity',
      projectPath('test/golden/mini_xkd'),
      '--processes',
      '2',
      '--compiled',
    ]);
    assert.equal(stdout.match(/ {2}ok {2}/g)?.length, 4, stdout);
  });

  it('refuses a batch that cannot be divided', async () => {
    const words = ['pretrain', '--data', data, '--out', at('odd'), ...common, '--processes', '5'];
    const { code, stderr } = await start(words).ended;
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^xkd: training\.batch is 12, which cannot be divided evenly among 5 processes: .*\n$/,
    );
  });
});
