import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  configure,
  extractFeatures,
  linearProbe,
  linearProbes,
  makeSampleSet,
  openClipPool,
  openDataset,
  saveCheckpoint,
  tf,
  TrainState,
  UserError,
  type ClipPool,
  type ProbeResult,
} from 'xkd/internal';

describe('linear probe', function () {
  this.timeout(300_000);
  let folder: string;
  let data: string;
  let state: TrainState;
  let pool: ClipPool;
  const overrides = { 'loader.workers': 1, 'encoder.depth': 1 };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-probe-'));
    data = join(folder, 'set');
    await makeSampleSet({ out: data, train: 24, test: 8 });
    state = TrainState.create(configure('nano', overrides));
    pool = openClipPool(state.config);
  });
  after(async () => {
    await pool.close();
    state.dispose();
    rmSync(folder, { recursive: true });
  });

  it('gives one finite row of features per clip, the same each time, and leaves no tensors behind', async () => {
    const { entries } = await openDataset(data, { splits: ['test'] });
    const tensors = tf.memory().numTensors;
    const args = { network: state, pool, entries, modalities: ['video', 'audio'] as const };
    const first = await extractFeatures({ ...args, batch: 3 });
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(first.entries, entries);
    for (const modality of args.modalities) {
      const { data: values, rows, columns } = first.features[modality]!;
      assert.deepEqual([rows, columns], [8, 64]);
      assert.ok(values.every(Number.isFinite));
      assert.notDeepEqual(values.slice(0, 64), values.slice(64, 128));
    }
    const again = await extractFeatures({ ...args, tower: 'teacher', batch: 8 });
    const difference = again.features.video!.data.map((value, i) =>
      Math.abs(value - first.features.video!.data[i]),
    );
    assert.ok(
      Math.max(...difference) < 1e-5,
      'at the start the teacher equals its student, whatever the batch',
    );
  });

  it('names classes from both modalities and counts every test clip', async () => {
    const seen: number[] = [];
    const result = await linearProbe({
      network: state,
      pool,
      data,
      modality: 'both',
      onProgress: (done, total) => seen.push(done / total),
    });
    assert.equal(seen[seen.length - 1], 1);
    assert.deepEqual(
      [result.trainClips, result.testClips, result.features, result.classes.length],
      [24, 8, 128, 8],
    );
    assert.equal(result.chance, 1 / 8);
    for (const { top1, top5, confusion, cost } of [result.logistic, result.svm]) {
      assert.ok(top1 <= top5 && top5 <= 1);
      const right = confusion.reduce((sum, row, k) => sum + row[k], 0);
      assert.equal(right / 8, top1);
      assert.equal(confusion.flat().reduce((sum, count) => sum + count, 0), 8); // prettier-ignore
      assert.ok([0.001, 0.01, 0.1, 1].includes(cost));
    }
  });

  it('gives each of several modalities what it gets alone', async () => {
    const both = await linearProbes({ network: state, pool, data, modalities: ['both', 'video'] });
    const alone = await linearProbe({ network: state, pool, data, modality: 'video' });
    assert.deepEqual(both[1], alone);
    assert.deepEqual(both.map(({ modality, features }) => [modality, features]), [['both', 128], ['video', 64]]); // prettier-ignore
  });

  it('leaves unusable files out and names them', async () => {
    const damaged = join(folder, 'damaged');
    mkdirSync(join(damaged, 'clips'), { recursive: true });
    for (const file of readdirSync(join(data, 'clips')))
      copyFileSync(join(data, 'clips', file), join(damaged, 'clips', file));
    copyFileSync(join(data, 'index.csv'), join(damaged, 'index.csv'));
    const bad = join(
      damaged,
      'clips',
      readdirSync(join(damaged, 'clips')).find((name) => name.startsWith('train'))!,
    );
    writeFileSync(bad, 'no video');
    const result = await linearProbe({ network: state, pool, data: damaged, modality: 'audio' });
    assert.equal(result.trainClips, 23);
    assert.deepEqual(result.skipped.map(({ path }) => path), [bad]); // prettier-ignore
  });

  it('refuses features that are not finite', async () => {
    const diverged = TrainState.create(configure('nano', overrides));
    const name = 'vid_student.backbone.encoder_norm.bias';
    diverged.commit({ weights: new Map([[name, tf.fill([64], NaN)]]) });
    const { entries } = await openDataset(data, { splits: ['test'] });
    await assert.rejects(
      extractFeatures({ network: diverged, pool, entries, modalities: ['video'] }),
      (error) =>
        error instanceof UserError && /video student .* not finite.*earlier checkpoint/.test(error.message),
    );
    diverged.dispose();
  });

  it('runs from the command line: pure JSON on stdout, the same in the file', () => {
    const path = join(folder, 'net.safetensors');
    saveCheckpoint(state, path);
    const out = join(folder, 'probe.json');
    const words = ['probe', '--checkpoint', path, '--data', data, '--modality', 'audio', 'loader.workers=1'];
    const json = xkd(...words, '--json', '--out', out);
    assert.equal(json.status, 0, json.stderr);
    const result = JSON.parse(json.stdout) as ProbeResult & { checkpoint: string };
    assert.deepEqual([result.checkpoint, result.modality, result.testClips], [path, 'audio', 8]);
    assert.equal(readFileSync(out, 'utf8'), json.stdout);
  });
});

function xkd(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [resolve('lib/dist/cli/main.js'), ...words], { encoding: 'utf8' });
}
