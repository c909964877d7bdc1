/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { buildSync } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import * as nativeCore from 'xkd/core';
import { projectPath, type XkdConfig } from 'xkd';
import { tinyConfig } from '../support/tiny';
import { chromiumFor, launchBrowser, openPage } from './jupyterLab';

type Core = typeof nativeCore;

/** A step of training on clips drawn from a seed, and a spectrogram. Runs here and, as text, in the browser. */
async function train(core: Core, config: XkdConfig) {
  const { clip, spectrogram, training } = config;
  const stream = core.RandomStream.fromSeed(1);
  const drawn = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => stream.normal()),
  });
  const shapes = core.viewShapes(config);
  const [video, audio] = core.modalities.map((m) =>
    shapes[m].map((shape) => drawn(training.batch, ...shape)),
  );
  const inputs = core.modelInputs(config, { step: 0, microBatch: 0, video, audio, entries: [] });
  const state = core.seededState(config);
  const schedule = core.scheduleAt(config, 0, core.runLength(config, training.batch));
  const { losses } = await core.trainStep(state, inputs, schedule);
  // The first moments after one step are a tenth of the clipped gradients.
  const gradients = [...state.tensors.first].map(([name, moment]) => [name, [...moment.dataSync()]] as const);
  const waveform = Float32Array.from({ length: 4000 }, (_, n) => Math.sin(0.1 * n));
  const logMel = [...new core.LogMel(spectrogram, clip.sampleRateHz).compute({ waveform, columns: 8 })];
  core.tf.dispose(inputs as unknown as Record<string, never>);
  state.dispose();
  return { losses, gradients, logMel, kind: core.nativeInfo().kind };
}

describe('the core in a browser', function () {
  this.timeout(600_000);
  let browser: Browser;
  let page: Page;
  const wrong: string[] = [];

  before(async function () {
    const chromium = chromiumFor(this);
    const { outputFiles } = buildSync({
      entryPoints: [projectPath('lib', 'dist', 'core', 'index.js')],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      globalName: 'xkd',
      logLevel: 'error',
    });
    browser = await launchBrowser(chromium);
    page = await openPage(browser);
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('request', ({ url }) => wrong.push(`requested ${url()}`));
    await page.addScriptTag({ content: outputFiles[0].text });
    // WebGL is drawn in software here, which takes minutes.
    await page.evaluate(`xkd.tf.setBackend('cpu')`);
  });

  after(async () => browser?.close());

  it('takes the step of training that native TensorFlow takes', async () => {
    const config = tinyConfig({ 'training.batch': 2, 'encoder.depth': 1, 'optimiser.warmupEpochs': 0 });
    const here = await train(nativeCore, config);
    const there = await page.evaluate<Awaited<ReturnType<typeof train>>>(
      `(${train})(xkd, ${JSON.stringify(config)})`,
    );
    assert.deepEqual([here.kind, there.kind], ['native', 'fallback']);
    for (const [term, value] of Object.entries(here.losses)) {
      const difference = Math.abs(there.losses[term as keyof typeof here.losses] - value);
      assert.ok(difference <= 1e-5 * Math.max(Math.abs(value), 1), `${term}: ${difference}`);
    }
    assert.ok(here.losses.total > 0 && here.gradients.length > 40);
    const largest = Math.max(...here.gradients.flatMap(([, values]) => values.map(Math.abs)));
    for (const [at, [name, values]] of here.gradients.entries()) {
      const [same, others] = there.gradients[at];
      assert.equal(same, name);
      const difference = Math.max(...values.map((value, i) => Math.abs(value - others[i])));
      assert.ok(difference <= 1e-5 * largest, `${name}: ${difference} of ${largest}`);
    }
    assert.deepEqual(there.logMel, here.logMel);
    assert.deepEqual(wrong, []);
  });
});
