import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configure, saveCheckpoint, TensorsInMemory, TrainState } from 'xkd/internal';
import { assertRefused, runHere } from '../support/commandLine';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';

interface Embedded {
  readonly config: { readonly preset: string };
  readonly weights: string;
  readonly clips: readonly { readonly name: string; readonly data: string }[];
}

function embeddedIn(page: string): Embedded {
  const [, json] = /<script type="application\/json" id="embedded">([^<]*)<\/script>/.exec(
    readFileSync(page, 'utf8'),
  )!;
  return JSON.parse(json) as Embedded;
}

describe('xkd export web', function () {
  this.timeout(120_000);
  const at = temporaryFolder();
  let state: TrainState;

  before(() => {
    state = TrainState.create(configure('nano'));
    saveCheckpoint(state, at('network.safetensors'));
  });
  after(() => state.dispose());

  it('makes one page with the network in 16 bits, at most 6 MB for nano, and the clips as they are', async () => {
    for (const i of [0, 1]) ordinaryClip(at(`clip${i}.mp4`), 2, { hue: 90 * i });
    const { code, stdout, stderr } = await runHere([
      ...['export', 'web', at('network.safetensors'), '--data', at('.'), '--out', at('page')],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /index\.html: \d\.\d MB, of it weights \d\.\d MB; 2 clips\n$/);
    const { config, weights, clips } = embeddedIn(join(at('page'), 'index.html'));
    assert.equal(config.preset, 'nano');
    const bytes = Buffer.from(weights, 'base64');
    assert.ok(bytes.length < 6e6, String(bytes.length));
    const file = new TensorsInMemory(Uint8Array.from(bytes).buffer);
    assert.deepEqual(file.names().sort(), [...state.tensors.weights.keys()].sort());
    for (const name of file.names()) {
      const original = state.tensors.weights.get(name)!.dataSync();
      file.read(name).data.forEach((value, i) => {
        assert.ok(Math.abs(value - original[i]) <= 2 ** -11 * Math.abs(original[i]) + 2 ** -25, name);
      });
    }
    assert.deepEqual(
      clips.map(({ data }) => data),
      clips.map(({ name }) => readFileSync(at(name)).toString('base64')),
    );
  });

  it('refuses in one sentence what has no network, and clips that no browser shows', async () => {
    await assertRefused(['export', 'web', at('nothing'), '--out', at('other')], /nothing/);
    ordinaryClip(at('sub.mkv'), 1);
    const table = at('list.csv');
    writeFileSync(table, 'path\nsub.mkv\n');
    await assertRefused(
      ['export', 'web', at('network.safetensors'), '--data', table, '--out', at('other')],
      /None of the 1 clips is an MP4, WebM or MOV file of at most 4 MB/,
    );
  });
});
