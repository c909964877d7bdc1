/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import {
  clipFrames,
  configure,
  extractPatchMean,
  modalities,
  type ParityReport,
  parityTolerances,
  RandomStream,
  tf,
  TrainState,
  viewShapes,
} from 'xkd/internal';
import { ClipViewMaker } from 'xkd/dist/data/loader/clipViews';
import type { FileWindow } from 'xkd/dist/data/loader/windowReader';
import { projectPath } from 'xkd';
import { loadScript } from '../setup/support';
import { chromiumFor, launchBrowser, openPage } from './jupyterLab';

const playground = projectPath('scripts', 'site', 'playground');

/** Replays a recorded case on a backend, as a function of the page `xkd`. */
const entry = `
  export { startBackend, backends } from './backend';
  export { tf, TensorsInMemory } from 'xkd/core';
  import { tf, TensorsInMemory } from 'xkd/core';
  import { GoldenCase } from 'xkd/dist/parity/goldenCase';
  import { replayCase } from 'xkd/dist/parity/parity';
  export async function replay(json, bytes) {
    const tensors = new TensorsInMemory(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer);
    const report = await replayCase(new GoldenCase('case', JSON.parse(json), tensors));
    return { report, left: tf.memory().numTensors };
  }
  import { configure, TrainState } from 'xkd/core';
  import { featuresOf } from './training/probe';
  import { wholeViews } from './computing/trainingClips';
  export function features(preset, frames, waveform) {
    const config = configure(preset);
    const { frameSize } = config.clip;
    const clip = { frames: Uint8Array.from(frames), height: frameSize, width: frameSize, label: -1 };
    const views = wholeViews(config, [{ ...clip, waveform: Float32Array.from(waveform) }]);
    const state = TrainState.create(config);
    const found = ['video', 'audio'].map((modality) => [...featuresOf(state, modality, views[modality]).data]);
    state.dispose();
    return { found, left: tf.memory().numTensors };
  }
  import { sampleClip } from './training/clips';
  import { Trainer } from './training/trainer';
  import { lookAt } from './computing/look';
  import { sampleStretch } from './computing/stretches';
  export async function memoryOver(steps, looks) {
    const config = configure('pico');
    const clips = Array.from({ length: 24 }, (_, i) => sampleClip(config, 'train', i));
    const trainer = new Trainer(config, clips, { stepsPerEpoch: 1, steps: 1000 });
    const stretch = sampleStretch(config, 0);
    const used = () => ({ tensors: tf.memory().numTensors, bytes: tf.backend().wasm.HEAPU8.length });
    const go = async (steps, looks) => {
      for (let i = 0; i < steps; i++) await trainer.advance();
      for (let i = 0; i < looks; i++) lookAt(trainer.xkd, stretch, { video: 0.5, audio: 0.5 });
      return used();
    };
    const before = await go(3, 1);
    const after = await go(steps, looks);
    trainer.dispose();
    return { before, after, left: tf.memory().numTensors };
  }`;

describe('the backends of the playground', function () {
  this.timeout(300_000);
  let browser: Browser;
  let page: Page;

  before(async function () {
    const chromium = chromiumFor(this);
    const { outputFiles } = buildSync({
      stdin: { contents: entry, resolveDir: playground, loader: 'ts' },
      ...{ bundle: true, write: false, platform: 'browser', format: 'iife', globalName: 'xkd' },
      loader: { '.wasm': 'binary' },
      logLevel: 'error',
    });
    browser = await launchBrowser(chromium);
    page = await openPage(browser);
    await page.addScriptTag({ content: outputFiles[0].text });
  });

  after(async () => browser?.close());

  for (const backend of ['cpu', 'wasm'] as const) {
    it(`${backend}: replays the original's training, losses to 1e-5 and gradients to 1e-4`, async () => {
      assert.equal(await page.evaluate(`xkd.startBackend('${backend}')`), backend);
      for (const name of ['mini_xkd', 'mini_mas', 'mini_mats']) {
        const path = projectPath('test', 'golden', name);
        const json = readFileSync(`${path}.json`, 'utf8');
        const bytes = readFileSync(`${path}.safetensors`).toString('base64');
        const { report, left } = await page.evaluate<{ report: ParityReport; left: number }>(
          `xkd.replay(${JSON.stringify(json)}, '${bytes}')`,
        );
        for (const [group, { error, name: row }] of Object.entries(report.largest)) {
          const limit = parityTolerances[group as keyof typeof parityTolerances];
          assert.ok(error <= limit, `${name}, ${group}: ${error} at ${row}, at most ${limit}`);
        }
        assert.ok(report.passed && report.rows.length > 300, name);
        assert.equal(left, 0, `${name}: every tensor is let go`);
      }
    });
  }

  for (const preset of ['pico', 'nano']) {
    it(`give the features of a clip that the command line gives, ${preset}`, async () => {
      const config = configure(preset);
      const { frameSize: side, seconds, sampleRateHz } = config.clip;
      const stream = RandomStream.fromSeed(7);
      const frames = Uint8Array.from({ length: clipFrames(config) * side * side * 3 }, () =>
        stream.integer(0, 256),
      );
      const waveform = Float32Array.from({ length: seconds * sampleRateHz }, () => 0.2 * stream.normal());
      const window = { frames, height: side, width: side, waveform } as FileWindow;
      const views = new ClipViewMaker(config).evaluation(window, 1);
      const state = TrainState.create(config);
      const shapes = viewShapes(config);
      const expected = modalities.map((modality) =>
        tf.tidy(() => {
          const view = tf.tensor(views[modality][0], [1, ...shapes[modality][0]]);
          return [...extractPatchMean(config, state.scope, { modality, role: 'student' }, view).dataSync()];
        }),
      );
      state.dispose();
      for (const backend of ['cpu', 'wasm']) {
        await page.evaluate(`xkd.startBackend('${backend}')`);
        const { found, left } = await page.evaluate<{ found: number[][]; left: number }>(
          `xkd.features('${preset}', [${frames.join()}], [${[...waveform].join()}])`,
        );
        found.forEach((values, i) => {
          const scale = Math.max(...expected[i].map(Math.abs));
          const error = Math.max(...values.map((value, j) => Math.abs(value - expected[i][j]))) / scale;
          assert.ok(error <= 1e-4, `${backend}, ${modalities[i]}: ${error}`);
        });
        assert.equal(left, 0);
      }
    });
  }

  it('takes no more memory over steps and clips', async () => {
    await page.evaluate(`xkd.startBackend('wasm')`);
    const { before, after, left } = await page.evaluate<Record<string, unknown>>(`xkd.memoryOver(25, 10)`);
    assert.deepEqual(after, before);
    assert.equal(left, 0);
  });

  it('run the loops of the sources that are here', async () => {
    const { loopSources } = await loadScript<{ loopSources(): string }>('site/compile-loops.mjs');
    const compiledFrom = readFileSync(projectPath('lib', 'native', 'browser', 'loops.sha256'), 'utf8').trim();
    assert.equal(loopSources(), compiledFrom, 'run "node scripts/site/compile-loops.mjs"');
  });
});
