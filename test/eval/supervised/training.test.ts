import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  configure,
  evaluateFinetune,
  evaluateLinear,
  finetunePreset,
  hashTowers,
  linearPreset,
  makeSampleSet,
  openClipPool,
  openDataset,
  openSafetensors,
  readMetricsFile,
  tf,
  TrainState,
  UserError,
  type ClipPool,
  type Dataset,
  type FinetuneSettings,
  type LinearSettings,
  type Network,
  type ProtocolArgs,
} from 'xkd/internal';
import { livingOwner } from '../../support/owners';

/** A few steps that learn the clips by heart. */
const short = { epochs: 10, warmupEpochs: 1, batch: 8, learningRate: 4e-3, dropout: 0 };
const plain = { ...short, flip: 0, cropArea: [1, 1] as [number, number], testClips: 1, testCrops: 1 };

describe('training of classifiers', function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'xkd-supervised-'));
  let dataset: Dataset;
  let network: TrainState;
  let pool: ClipPool;
  let stores = 0;

  before(async () => {
    await makeSampleSet({ out: join(folder, 'set'), train: 24, test: 8 });
    dataset = await openDataset(join(folder, 'set'));
    const overrides = { 'encoder.depth': 2, 'encoder.width': 32, 'loader.workers': 2, 'training.batch': 8 };
    network = TrainState.create(configure('nano', overrides));
    pool = openClipPool(network.config);
  });
  after(async () => {
    await pool.close();
    network.dispose();
    rmSync(folder, { recursive: true });
  });

  const args = (more: Partial<ProtocolArgs> = {}): ProtocolArgs => ({
    network,
    source: 'untrained',
    dataset,
    modality: 'video',
    tower: 'student',
    seed: 0,
    store: join(folder, `store${stores++}`),
    pool,
    ...more,
  });
  const linear = (changes: Partial<LinearSettings> = {}): LinearSettings => ({
    ...linearPreset('video'),
    ...plain,
    learningRate: 0.02,
    ...changes,
  });
  const finetune = (changes: Partial<FinetuneSettings> = {}): FinetuneSettings => ({
    ...finetunePreset('video', 'folder'),
    ...plain,
    layerDecay: 0.9,
    labelSmoothing: 0,
    mixup: 0,
    cutmix: 0,
    randAugment: 0,
    erase: 0,
    ...changes,
  });
  const runOf = (store: string) =>
    join(
      store,
      readdirSync(store).find((name) => existsSync(join(store, name, 'training.json')))!,
    );
  const metricsIn = (store: string) => readMetricsFile(join(runOf(store), 'metrics.jsonl'));
  const weightsIn = (store: string) => readFileSync(join(runOf(store), 'classifier.safetensors'));
  const stopAfter = (steps: number): Pick<ProtocolArgs, 'onProgress' | 'signal'> => {
    const stop = new AbortController();
    return {
      signal: stop.signal,
      onProgress: ({ unit, done }) => {
        if (unit === 'steps' && done >= steps) stop.abort();
      },
    };
  };

  it('finetuning learns a few clips by heart, and leaves the network and no tensors behind', async () => {
    for (const modality of ['video', 'audio'] as const) {
      const before = hashTowers(network, modality, 'student');
      const tensors = tf.memory().numTensors;
      const given = args({ modality });
      const result = await evaluateFinetune(given, finetune({ epochs: 40, layerDecay: 1 }));
      assert.equal(tf.memory().numTensors, tensors);
      assert.equal(hashTowers(network, modality, 'student'), before);
      const losses = metricsIn(given.store).map(({ loss }) => loss);
      assert.equal(losses.length, 40);
      assert.ok(losses[0] > 1.7, `${modality}: first loss ${losses[0]}`);
      assert.ok(losses[39] < 0.8, `${modality}: last loss ${losses[39]}`);
      const [fold] = result.folds;
      assert.deepEqual([fold.trainClips, fold.testClips], [24, 8]);
      assert.ok(result.metrics.top1 >= 0 && result.metrics.top5 >= result.metrics.top1);
      assert.deepEqual([result.protocol, result.dataset.multiLabel], ['finetune', false]);
    }
  });

  it('moves each layer at its own rate', async () => {
    const given = args();
    const settings = finetune({
      epochs: 2,
      layerDecay: 0.1,
      weightDecay: 0,
      warmupEpochs: 0,
      learningRate: 1e-3,
    });
    await evaluateFinetune(given, settings);
    const reader = openSafetensors(join(runOf(given.store), 'classifier.safetensors'));
    const moved = (name: string) => {
      const full = `vid_student.backbone.${name}`;
      const before = network.scope.get(full).dataSync();
      const values = reader.read(full).data as Float32Array;
      return values.reduce((most, value, i) => Math.max(most, Math.abs(value - before[i])), 0);
    };
    // Adam moves a weight by at most about the learning rate per step: 6 steps of a cosine, 3.5 times the peak.
    const table = [
      ['cuboid_embed.proj.weight', 1e-3],
      ['encoder.blocks.0.attn.qkv.weight', 1e-2],
      ['encoder.blocks.1.mlp.fc1.weight', 1e-1],
      ['encoder_norm.weight', 1],
    ] as const;
    for (const [name, rate] of table) {
      const steps = moved(name) / (1e-3 * rate);
      assert.ok(steps > 1.5 && steps < 4.5, `${name} moved by ${steps} steps`);
    }
    reader.close();
  });

  it('the linear probe trains its classifier alone', async () => {
    const given = args({ tower: 'teacher' });
    const before = hashTowers(network, 'video', 'teacher');
    const tensors = tf.memory().numTensors;
    await evaluateLinear(given, linear());
    assert.equal(tf.memory().numTensors, tensors);
    assert.equal(hashTowers(network, 'video', 'teacher'), before);
    const losses = metricsIn(given.store).map(({ loss }) => loss);
    assert.ok(losses[9] < losses[0] - 0.05, `${losses}`);
    const header = JSON.parse(
      weightsIn(given.store).subarray(8).toString('latin1').split('}}')[0] + '}}',
    ) as object;
    const names = Object.keys(header).filter((name) => name !== '__metadata__');
    assert.deepEqual(
      names.filter((name) => !name.includes('classifier.')),
      [],
    );
  });

  it('the linear probe gives the same from features computed once as from clips without augmentation', async () => {
    const each = args({ modality: 'audio' });
    const once = args({ modality: 'audio' });
    // One clip that fills its file: windows are the same wherever they are drawn.
    const still = { ...linear({ volume: 0 }), epochs: 2 };
    const a = await evaluateLinear(each, still);
    const b = await evaluateLinear(once, { ...still, features: 'once' });
    assert.equal(a.folds[0].testClips, b.folds[0].testClips);
    const [first] = metricsIn(each.store);
    assert.ok(Math.abs(first.loss - metricsIn(once.store)[0].loss) < 0.05);
  });

  it('continues bit for bit where it was stopped, in the middle of an epoch too', async () => {
    const heavy = {
      dropPath: 0.2,
      dropout: 0.3,
      mixup: 0.8,
      cutmix: 1,
      randAugment: 2,
      erase: 0.5,
      testEpochs: 2,
    };
    const settings = finetune({ ...heavy, epochs: 4 });
    const whole = args();
    const result = await evaluateFinetune(whole, settings);
    const cut = args();
    for (const steps of [2, 7]) {
      await assert.rejects(evaluateFinetune({ ...cut, ...stopAfter(steps) }, settings), { name: 'Stopped' });
    }
    const resumed = await evaluateFinetune(cut, settings);
    assert.deepEqual(resumed.metrics, result.metrics);
    assert.deepEqual(weightsIn(cut.store), weightsIn(whole.store));
    const figures = (store: string) => metricsIn(store).map((row) => ({ ...row, seconds: 0 }));
    assert.deepEqual(figures(cut.store), figures(whole.store));
    assert.equal(figures(cut.store).length, 4);
  });

  it('takes a finished training as it is, and only tests again where the test is another', async () => {
    const given = args();
    const settings = linear({ epochs: 1 });
    const first = await evaluateLinear(given, settings);
    const labels: string[] = [];
    const onProgress: ProtocolArgs['onProgress'] = ({ label }) => labels.push(label);
    const again = await evaluateLinear({ ...given, onProgress }, settings);
    assert.deepEqual([again.folds, labels], [first.folds, []]);
    await evaluateLinear({ ...given, onProgress }, { ...settings, testCrops: 2 });
    assert.deepEqual([...new Set(labels)], ['fold default: test']);
    // Another seed gives another training run.
    await evaluateLinear({ ...given, seed: 1, onProgress }, settings);
    assert.ok(labels.includes('fold default: training'));
  });

  it('takes no result of files of the same names with other content, to learn from or to test on', async () => {
    const given = args();
    const settings = linear({ epochs: 1 });
    await evaluateLinear(given, settings);
    const root = join(folder, 'moved');
    cpSync(dataset.root, root, { recursive: true });
    const moved = await openDataset(root);
    const labels = async (dataset: Dataset) => {
      const seen = new Set<string>();
      await evaluateLinear({ ...given, dataset, onProgress: ({ label }) => seen.add(label) }, settings);
      return [...seen];
    };
    assert.deepEqual(await labels(moved), []);
    const [{ train, test }] = moved.folds;
    const path = (place: number) => moved.entries[place].path;
    copyFileSync(path(test[0]), path(test[1]));
    assert.deepEqual(await labels(moved), ['fold default: test']);
    // Features for these already exist.
    const fewer = { ...moved, folds: [{ ...moved.folds[0], test: test.slice(1) }] };
    const { folds } = await evaluateLinear({ ...given, dataset: fewer }, settings);
    assert.equal(folds[0].testClips, test.length - 1);
    copyFileSync(path(train[0]), path(train[1]));
    assert.deepEqual(await labels(moved), ['fold default: training']);
  });

  it('starts again where what it was in the middle of is damaged, and says so', async () => {
    const given = args();
    const settings = linear({ epochs: 2 });
    await assert.rejects(evaluateLinear({ ...given, ...stopAfter(2) }, settings), { name: 'Stopped' });
    const path = join(runOf(given.store), 'classifier.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(path, bytes);
    const said: string[] = [];
    const other = await livingOwner();
    writeFileSync(join(runOf(given.store), 'run.lock'), `${other.text} here\n`);
    await assert.rejects(evaluateLinear(given, settings), /Process \d+ is training in/);
    other.child.kill('SIGKILL');
    await once(other.child, 'exit');
    const { warn } = console;
    console.warn = (text: string) => said.push(text);
    try {
      await evaluateLinear(given, settings);
    } finally {
      console.warn = warn;
    }
    assert.equal(said.length, 1);
    assert.match(said[0], /damaged.*training starts again/);
    assert.ok(existsSync(`${path}.damaged`));
  });

  it('of several labels it trains each by itself and gives the mean average precision', async () => {
    const entries = dataset.entries.map((entry) => ({
      ...entry,
      label: null,
      labels: entry.label === 'glass' ? ['hard'] : ['hard', entry.label!],
    }));
    const classes = [...new Set(entries.flatMap(({ labels }) => labels))].sort();
    const several = { ...dataset, entries, classes, multiLabel: true };
    const given = args({ dataset: several, modality: 'audio' });
    const result = await evaluateFinetune(given, finetune({ epochs: 6, layerDecay: 1 }));
    assert.deepEqual(Object.keys(result.metrics), ['map']);
    assert.ok(result.metrics.map > 0.2 && result.metrics.map <= 1);
    const losses = metricsIn(given.store).map(({ loss }) => loss);
    assert.ok(losses[5] < losses[0]);
  });

  it('refuses what makes no sense in one sentence', async () => {
    const refuses = (attempt: () => Promise<unknown>, pattern: RegExp) =>
      assert.rejects(
        async () => attempt(),
        (error: Error) =>
          error instanceof UserError && pattern.test(error.message) && !error.message.includes('\n'),
      );
    const relabelled = (label: string | null): Dataset => ({
      ...dataset,
      entries: dataset.entries.map((entry) => ({ ...entry, label })),
      classes: label === null ? [] : [label],
    });
    const withData = (changed: Dataset, more: Partial<ProtocolArgs> = {}) =>
      args({ dataset: changed, ...more });
    await refuses(() => evaluateLinear(withData(relabelled('one')), linear()), /one class \("one"\)/);
    await refuses(() => evaluateFinetune(withData(relabelled(null)), finetune()), /has no label/);
    await refuses(() => evaluateLinear(args({ modality: 'both' }), linear()), /one modality/);
    const silent: Dataset = { ...dataset, modalities: ['video'] };
    await refuses(() => evaluateLinear(withData(silent, { modality: 'audio' }), linear()), /hold no audio/);
    await refuses(() => evaluateLinear(args(), linear({ batch: 25 })), /only 24 clips.*batch=24/);
    await refuses(() => evaluateLinear(args(), linear({ trainClips: 3 })), /features=once/);
    await refuses(() => evaluateLinear(args(), linear({ features: 'once', cutmix: 1 })), /no area to cut/);
    await refuses(() => evaluateLinear(args(), linear({ warmupEpochs: 11 })), /warmupEpochs is 11/);
    await refuses(
      () => evaluateFinetune(args({ network: broken(network) }), finetune()),
      /loss is NaN at step 0: .*the weights to begin with or a clip hold values that are not finite/,
    );
  });

  /** A network whose weights are NaN. */
  function broken({ config, scope }: Network): Network {
    const nothing = tf.keep(tf.fill([config.encoder.width], NaN));
    after(() => nothing.dispose());
    return {
      config,
      scope: {
        get: (name: string) => (name.endsWith('encoder_norm.weight') ? nothing : scope.get(name)),
      } as Network['scope'],
    };
  }
});
