import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  configure,
  linearProbes,
  makeReport,
  makeSampleSet,
  openClipPool,
  openDataset,
  protocols,
  readResult,
  Stopped,
  TrainState,
  UserError,
  writeResult,
  type ClipPool,
  type ProtocolArgs,
} from 'xkd/internal';

describe('the protocol "probe"', function () {
  this.timeout(300_000);
  const settings = protocols.probe.settings({ modality: 'both' }).parse({});
  let folder: string;
  let network: TrainState;
  let pool: ClipPool;
  let args: ProtocolArgs;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-probe-protocol-'));
    const data = join(folder, 'set');
    await makeSampleSet({ out: data, train: 24, test: 8 });
    network = TrainState.create(configure('nano', { 'loader.workers': 1, 'encoder.depth': 1 }));
    pool = openClipPool(network.config);
    const dataset = await openDataset(data);
    const store = join(folder, 'features');
    args = {
      network,
      source: 'untrained',
      dataset,
      modality: 'both',
      tower: 'student',
      seed: 0,
      store,
      pool,
    };
  });
  after(async () => {
    await pool.close();
    network.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives the figures of the command "probe", which a report shows', async () => {
    const evaluateProbe = await protocols.probe.load();
    const result = await evaluateProbe(args, settings);
    const data = args.dataset.root;
    const [{ logistic, svm, chance }] = await linearProbes({ network, pool, data, modalities: ['both'] });
    assert.deepEqual(result.metrics, {
      'logistic.top1': logistic.top1,
      'logistic.top5': logistic.top5,
      'svm.top1': svm.top1,
      'svm.top5': svm.top5,
    });
    const [{ trainClips, testClips, details }] = result.folds;
    assert.deepEqual([trainClips, testClips], [24, 8]);
    assert.equal(details!.chance, chance);
    assert.deepEqual(details!.svm, { cost: svm.cost, tried: svm.costsTried, confusion: svm.confusion });

    const { json } = writeResult(join(folder, 'out'), result);
    const { rows } = makeReport({ results: [{ path: json, result: readResult(json) }] });
    assert.deepEqual(
      rows.filter(({ isMain }) => isMain).map(({ protocol, metric }) => `${protocol} ${metric}`),
      ['logistic.top1', 'logistic.top5', 'svm.top1', 'svm.top5'].map((metric) => `probe ${metric}`),
    );
  });

  it('stops between two classifiers', async () => {
    const evaluateProbe = await protocols.probe.load();
    const stop = new AbortController();
    const onProgress: ProtocolArgs['onProgress'] = ({ unit }) => unit === 'classifiers' && stop.abort();
    await assert.rejects(evaluateProbe({ ...args, signal: stop.signal, onProgress }, settings), Stopped);
  });

  it('refuses files with several labels', async () => {
    const evaluateProbe = await protocols.probe.load();
    const dataset = { ...args.dataset, multiLabel: true };
    await assert.rejects(
      evaluateProbe({ ...args, dataset }, settings),
      (error) => error instanceof UserError && /several labels.*use "xkd evaluate svm"/.test(error.message),
    );
  });
});
