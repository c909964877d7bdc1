import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import {
  TrainState,
  checkpointPath,
  convertWeights,
  initialState,
  inspectWeights,
  loadCheckpoint,
  openTensorFile,
  openWeights,
  readSafetensors,
  saveCheckpoint,
  writeResult,
  writeSafetensors,
  type ProtocolResult,
} from 'xkd/internal';
import { tinyConfig } from '../support/tiny';
import { userError } from '../support/userError';

const config = tinyConfig({ 'mask.video': 0.5 });

describe('folders in the layout of model hubs', () => {
  let folder: string;
  let run: string;
  const at = (...names: string[]) => join(folder, ...names);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-hub-'));
    run = at('run');
    makeRun(run);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('hold the weights, the configuration and a card, and lead back to the same run', async () => {
    await convertWeights({ from: [run], to: at('hub'), layout: 'hub' });
    assert.deepEqual(readdirSync(at('hub')).sort(), ['README.md', 'config.json', 'model.safetensors']);
    const written = JSON.parse(readFileSync(at('hub', 'config.json'), 'utf8')) as Record<string, unknown>;
    const { model_type, architectures, ...own } = written;
    assert.deepEqual([model_type, architectures], ['xkd', ['XKD']]);
    assert.deepEqual(own, config);
    assert.equal(readSafetensors(at('hub', 'model.safetensors')).metadata.format, 'pt');

    const { path } = await convertWeights({ from: [at('hub')], to: at('back') });
    const [a, b] = [loadCheckpoint(path), loadCheckpoint(run)];
    assert.deepEqual(a.config, b.config);
    b.tensors.weights.forEach((tensor, name) => {
      assert.deepEqual(a.tensors.weights.get(name)!.dataSync(), tensor.dataSync(), name);
    });
    const started = await initialState([at('hub')], config);
    [a, b, started].forEach((state) => state.dispose());
    const { holds, step } = await inspectWeights(at('hub'));
    assert.deepEqual([holds, step], ["whole state under the names of the release's state dict", 3]);
  });

  it("the card has the run's own figures, at the step of the weights, and no path of the machine", async () => {
    await convertWeights({ from: [run], to: at('named'), layout: 'hub', dtype: 'bf16' });
    const card = readFileSync(at('named', 'README.md'), 'utf8');
    const [, front, body] = card.split(/^---$/m);
    const { library_name, tags, 'model-index': index } = parse(front) as Record<string, unknown>;
    assert.equal(library_name, 'xkd');
    assert.deepEqual(tags, ['xkd', 'self-supervised-learning', 'knowledge-distillation', 'video', 'audio']);
    assert.deepEqual(index, [
      {
        name: 'named',
        results: [
          {
            task: { type: 'video-classification', name: 'knn, features of the video student' },
            dataset: { type: 'folder', name: 'waltzes' },
            metrics: [{ type: 'accuracy', value: 0.75, name: 'top1' }],
          },
        ],
      },
    ]);
    assert.match(body, /million values in BF16\. Variant MS; preset `nano`, changed by .*`mask\.video=0\.5`/);
    assert.match(body, /^\| data \| waltzes, 40 clips \|$/m);
    assert.match(body, /^\| steps \| 3 of 8, 1\.5 epochs \|$/m);
    assert.match(body, /^\| step 0 \| 9\.5 \| 1 \| 2 \| 3 \|\n\| step 2 \| 8\.25 \| 1 \| 2 \| 3 \|$/m);
    assert.match(
      body,
      /^### knn on waltzes \(2 classes\): features of the video student, seed 0\n\n\| metric/m,
    );
    assert.match(body, /^\| top1 \| 75\.0 % \|$/m);
    assert.doesNotMatch(card, /25\.0|somewhere|step 5/);
  });

  it('are read without our metadata, by config.json, and with the file of other libraries', async () => {
    await convertWeights({ from: [run], to: at('bare.pth'), tower: 'aud_teacher' });
    mkdirSync(at('other'));
    renameSync(at('bare.pth'), at('other', 'pytorch_model.bin'));
    const set = await openWeights(at('other'));
    assert.deepEqual([set.kind, set.modality], ['backbone', 'audio']);
    set.close();

    await convertWeights({ from: [at('other')], to: at('tower'), layout: 'hub', dtype: 'f16' });
    const card = readFileSync(at('tower', 'README.md'), 'utf8');
    assert.match(card, /One audio backbone of XKD: .* in F16\./);
    assert.match(card, /None are known of a file of weights alone\./);
    stripMetadata(at('tower', 'model.safetensors'));
    const bare = await openWeights(at('tower'));
    assert.deepEqual(bare.config, config);
    bare.close();
    writeFileSync(at('tower', 'config.json'), JSON.stringify({ model_type: 'vit', hidden_size: 768 }));
    const foreign = await openWeights(at('tower'));
    assert.equal(foreign.config, null);
    foreign.close();
  });

  it('16-bit values are kept where that is asked for, and f32 is the default', async () => {
    await convertWeights({ from: [run], to: at('half.safetensors'), dtype: 'bf16' });
    const typesOf = async (path: string) => {
      const file = await openTensorFile(path);
      const types = new Set(file.names().map((name) => file.entry(name).dtype));
      file.close();
      return [...types];
    };
    for (const [dtype, expected] of [
      ['keep', 'BF16'],
      [undefined, 'F32'],
      ['f16', 'F16'],
    ] as const) {
      for (const name of ['again.pth', 'again.safetensors']) {
        await convertWeights({ from: [at('half.safetensors')], to: at(name), dtype, force: true });
        assert.deepEqual(await typesOf(at(name)), [expected], `${dtype} ${name}`);
      }
    }
    await assert.rejects(
      convertWeights({ from: [run], to: at('never'), dtype: 'bf16' }),
      userError(/--dtype is for files of weights; a run folder holds them in f32/),
    );
  });

  it('numbers beyond the range of f16 are refused, and nothing is written', async () => {
    const large = { dtype: 'F32', shape: [2], data: Float32Array.of(1, -70000) } as const;
    writeSafetensors(at('large.safetensors'), new Map([['w', large]]));
    for (const name of ['never.safetensors', 'never.pth']) {
      await assert.rejects(
        convertWeights({ from: [at('large.safetensors')], to: at(name), dtype: 'f16' }),
        userError(/"w" holds -70000, which is beyond the range of f16; take --dtype bf16/),
      );
      assert.ok(!readdirSync(folder).some((each) => each.includes('never')));
    }
  });

  it('are refused where the file system takes no folder', async function () {
    if (process.platform !== 'linux') return this.skip();
    await assert.rejects(
      convertWeights({ from: [run], to: '/proc/xkd/hub', layout: 'hub' }),
      userError(/takes no folder "\/proc\/xkd\/hub"/),
    );
  });

  it('are not written over what is there, and never over a run', async () => {
    await convertWeights({ from: [run], to: at('twice'), layout: 'hub' });
    const again = { from: [run], to: at('twice'), layout: 'hub' } as const;
    await assert.rejects(convertWeights(again), userError(/model\.safetensors" already exists; add --force/));
    await convertWeights({ ...again, force: true });
    await assert.rejects(
      convertWeights({ from: [at('twice')], to: run, layout: 'hub', force: true }),
      userError(/already holds a run; choose another folder/),
    );
    await assert.rejects(
      convertWeights({ from: [run], to: at('w.pth'), layout: 'hub' }),
      userError(/is to be a folder in the layout of model hubs; leave the ending out/),
    );
    mkdirSync(at('shards'));
    writeFileSync(at('shards', 'model.safetensors.index.json'), '{}');
    await assert.rejects(openWeights(at('shards')), userError(/holds its weights in several files/));
  });
});

/** A run of 8 steps whose newest checkpoint is of step 3, with results at this step and at another. */
function makeRun(run: string): void {
  const state = TrainState.create(config);
  state.step = 3;
  mkdirSync(dirname(checkpointPath(run, 3)), { recursive: true });
  saveCheckpoint(state, checkpointPath(run, 3));
  state.dispose();
  const about = {
    data: '/somewhere/waltzes',
    clips: 40,
    steps: 8,
    stepsPerEpoch: 2,
    versions: { node: 'v20', tensorflow: '2.21' },
    machine: { device: 'CPU', processors: 2 },
  };
  writeFileSync(join(run, 'run.json'), JSON.stringify(about));
  const row = (step: number, total: number) => ({
    step,
    total,
    alignment: 3,
    distillation: 2,
    reconstruction: 1,
  });
  const rows = [row(0, 9.5), row(1, 9), row(2, 8.25), row(5, 7)];
  writeFileSync(join(run, 'metrics.jsonl'), rows.map((each) => `${JSON.stringify(each)}\n`).join(''));
  for (const [step, top1, protocol] of [
    [3, 0.75, 'knn'],
    [5, 0.25, 'svm'],
  ] as const) {
    writeResult(join(run, 'evaluation'), resultOf(step, top1, protocol));
  }
}

function resultOf(step: number, top1: number, protocol: 'knn' | 'svm'): ProtocolResult {
  return {
    format: 1,
    protocol,
    dataset: { name: 'folder', root: '/somewhere/waltzes', classes: ['slow', 'fast'], multiLabel: false },
    modality: 'video',
    tower: 'student',
    network: { source: '/somewhere/run', hash: '0'.repeat(64), preset: 'nano', variant: 'MS', step, seed: 0 },
    settings: {},
    seed: 0,
    folds: [{ name: '1', trainClips: 30, testClips: 10, metrics: { top1 } }],
    metrics: { top1 },
    skipped: [],
    createdBy: [],
  };
}

/** As written by other programs: only tensors. */
function stripMetadata(path: string): void {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  delete header.__metadata__;
  const text = Buffer.from(JSON.stringify(header).padEnd(length));
  writeFileSync(path, Buffer.concat([bytes.subarray(0, 8), text, bytes.subarray(8 + length)]));
}
