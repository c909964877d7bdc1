/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { projectPath } from 'xkd';
import { configure, ffmpegPath, saveCheckpoint, TrainState } from 'xkd/internal';
import { ffmpeg, temporaryFolder } from '../media/fixtures';
import { runHere } from '../support/commandLine';
import { loadScript } from '../setup/support';
import { audit } from './axe';
import { chromiumFor, launchBrowser, patienceMs } from './jupyterLab';

interface Maker {
  playgroundPage(): Promise<string>;
}

/** What is shown of the training, as the page's curves say it. */
async function curveText(page: Page, title: string): Promise<string> {
  return page
    .locator('figure.curves', { hasText: title })
    .locator('[role=img]')
    .getAttribute('aria-label') as Promise<string>;
}

async function stepReached(page: Page): Promise<number> {
  return Number(/Step (\d+)/.exec(await page.locator('.status').innerText())?.[1] ?? 0);
}

describe('the playground', function () {
  this.timeout(600_000);
  let folder: string;
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];

  async function open(width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const context = await browser.newContext({
      offline: true,
      colorScheme,
      viewport: { width, height: 900 },
    });
    const opened = await context.newPage();
    opened.setDefaultTimeout(patienceMs);
    opened.on('pageerror', ({ message }) => troubles.push(message));
    opened.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
    });
    opened.on('request', (request) => {
      if (!/^(file|blob|data):/.test(request.url())) troubles.push(`requested ${request.url()}`);
    });
    await opened.goto(`file://${join(folder, 'index.html')}`);
    await opened.waitForSelector('[data-backend]');
    return opened;
  }

  before(async function () {
    const chromium = chromiumFor(this);
    folder = mkdtempSync(join(tmpdir(), 'xkd-playground-'));
    const { playgroundPage } = await loadScript<Maker>('site/playground.mjs');
    writeFileSync(join(folder, 'index.html'), await playgroundPage());
    browser = await launchBrowser(chromium);
    page = await open();
  });

  after(async () => {
    await browser?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('is one file of a few MB that computes in WebAssembly', async () => {
    const { size } = statSync(join(folder, 'index.html'));
    assert.ok(size > 1e6 && size < 4e6, String(size));
    assert.equal(await page.locator('[data-backend]').getAttribute('data-backend'), 'wasm');
  });

  it('trains, pauses, takes single steps and begins anew, and the same seed gives the same losses', async () => {
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await button('Train').click();
    await page.waitForFunction(
      () => Number(/Step (\d+)/.exec(document.querySelector('.status')!.textContent!)?.[1]) >= 20,
    );
    await button('Pause').click();
    await button('Train').waitFor();
    const step = await stepReached(page);
    await button('One step').click();
    await page.waitForFunction(
      (n) => document.querySelector('.status')!.textContent!.includes(`Step ${n} `),
      step + 1,
    );
    assert.match(await curveText(page, 'Losses'), /distillation \[nats\] \d.*reconstruction 0\.\d/);
    assert.match(await curveText(page, 'Video probe'), /XKD \d+ %.*chance 13 %/);
    const firstLosses = async (): Promise<string> => {
      await button('Reset').click();
      await page.waitForFunction(() => document.querySelector('.status')!.textContent!.includes('Step 0 '));
      await button('One step').click();
      await page.waitForFunction(() => document.querySelector('.status')!.textContent!.includes('Step 1 '));
      return curveText(page, 'Losses');
    };
    assert.equal(await firstLosses(), await firstLosses());
    await page.locator('input[type=number]').fill('1');
    const another = await firstLosses();
    await page.locator('input[type=number]').fill('0');
    assert.notEqual(another, await firstLosses());
  });

  it('applies sliders and switches from the next step on', async () => {
    await page.getByLabel('distillation', { exact: true }).uncheck();
    await page.locator('[data-key="optimiser.learningRate"]').fill('-2');
    await page.getByRole('button', { name: 'One step' }).click();
    await page.waitForFunction(() => document.querySelector('.status')!.textContent!.includes('Step 2 '));
    assert.match(await curveText(page, 'Losses'), /distillation \[nats\] 0,/);
    assert.equal(
      await page.locator('.slider', { hasText: 'learning rate' }).locator('output').innerText(),
      '0.01',
    );
    await page.getByLabel('distillation', { exact: true }).check();
  });

  it('shows a clip as the network gets it, and answers the mask', async () => {
    await page.getByRole('tab', { name: 'Train' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.figures figure').first().waitFor();
    const masked = page.locator('figure', { hasText: 'under the mask' }).locator('canvas').first();
    const picture = () => masked.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await picture();
    await page.locator('[data-key="ratio.video"]').fill('0.9');
    await page.waitForFunction(
      (old) =>
        Array.from(document.querySelectorAll('figure'))
          .find((figure) => figure.textContent!.includes('under the mask'))!
          .querySelector('canvas')!
          .toDataURL() !== old,
      before,
    );
    assert.equal(await page.locator('figure', { hasText: 'teachers’ answers' }).locator('svg').count(), 2);
    await page.getByRole('button', { name: 'Play', exact: true }).first().click();
    await page.waitForFunction(() => document.querySelector<HTMLElement>('.playhead')!.style.left !== '0%');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
  });

  it('takes a video of the reader’s own, and says what it cannot decode', async () => {
    const path = join(folder, 'own.webm');
    const source = [
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=160x120:rate=24',
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=440',
    ];
    const coded = ['-t', '2', '-c:v', 'libvpx', '-c:a', 'libopus', '-y', path];
    execFileSync(ffmpegPath(), ['-loglevel', 'error', ...source, ...coded]);
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByText('own.webm. Network after').waitFor();
    writeFileSync(join(folder, 'broken.mp4'), 'nothing');
    await page.locator('input[type=file]').setInputFiles(join(folder, 'broken.mp4'));
    await page.getByText('This browser cannot decode the pictures of broken.mp4; choose').waitFor();
  });

  it('searches videos by sound, and maps both', async () => {
    await page.getByRole('tab', { name: 'Search' }).click();
    await page.locator('.map').waitFor();
    assert.equal(await page.locator('.map .mark').count(), 80);
    assert.equal(await page.locator('.found li').count(), 5);
  });

  for (const [width, scheme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    it(`has no serious finding of axe and no sideways scrolling, ${width} pixels wide, ${scheme}`, async () => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      for (const tab of ['Train', 'See', 'Search']) {
        await page.getByRole('tab', { name: tab }).click();
        const { violations, checked } = await audit(page);
        assert.ok(checked.includes('color-contrast'));
        assert.deepEqual(violations, [], tab);
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(excess <= 0, `${tab}: ${excess}`);
      }
    });
  }

  it('has met no error, no warning and made no request', () => {
    assert.deepEqual(troubles, []);
  });
});

describe('the playground around a network of one’s own', function () {
  this.timeout(300_000);
  const at = temporaryFolder();
  let browser: Browser;

  before(async function () {
    browser = await launchBrowser(chromiumFor(this));
  });
  after(async () => browser?.close());

  it('shows this network, and searches its clips', async () => {
    const state = TrainState.create(configure('nano'));
    state.step = 77;
    saveCheckpoint(state, at('network.safetensors'));
    state.dispose();
    for (const i of [0, 1, 2]) {
      const picture = `testsrc2=d=2:s=64x48:r=25,hue=h=${90 * i}`;
      const sources = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=f=${400 + 300 * i}:d=2`];
      ffmpeg(...sources, '-c:v', 'libvpx', '-c:a', 'libopus', at(`clip${i}.webm`));
    }
    const { code, stderr } = await runHere([
      ...['export', 'web', at('network.safetensors'), '--data', at('.'), '--out', at('page')],
    ]);
    assert.equal(code, 0, stderr);
    const page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    const troubles: string[] = [];
    page.on('pageerror', ({ message }) => troubles.push(message));
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    await page.goto(`file://${at('page')}/index.html`);
    await page.getByText('network.safetensors (nano, 77 steps)').waitFor();
    await page.getByRole('tab', { name: 'See' }).click();
    await page.getByText('Network after 77 steps').waitFor();
    assert.equal(await page.locator('select option').count(), 3);
    await page.getByRole('tab', { name: 'Search' }).click();
    await page.locator('.map').waitFor();
    assert.equal(await page.locator('.map .mark').count(), 6);
    assert.deepEqual(troubles, []);
  });
});

describe('the program of the playground', () => {
  it('contains the model, losses, optimiser, masks and log-mel of the library, and no other', async () => {
    const sources = projectPath('scripts', 'site', 'playground');
    const own = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    assert.ok(own.length > 15);
    for (const name of own) {
      const text = readFileSync(join(sources, name), 'utf8');
      const imported = [...text.matchAll(/from '([^.'][^']*)'/g)].map(([, from]) => from);
      const allowed =
        /^(xkd\/core|preact(\/hooks)?|uplot|@tensorflow\/tfjs-(core|backend-cpu|backend-wasm)(\/.*)?)$/;
      assert.deepEqual(
        imported.filter((from) => !allowed.test(from)),
        [],
        name,
      );
      // Of mathematics, only what sums figures up for the page.
      const ops = [...text.matchAll(/\btf\.(\w+)\(/g)].map(([, op]) => op);
      const plain = /^(tidy|tensor|dispose|env|setBackend|softmax|sub|mean)$/;
      assert.deepEqual(
        ops.filter((op) => !plain.test(op)),
        [],
        name,
      );
    }
    const { bundledSources } = await loadScript<{ bundledSources(entry: string): Promise<string[]> }>(
      'site/playground.mjs',
    );
    const bundled = await bundledSources('worker.ts');
    for (const part of [
      'model/xkd',
      'losses/mmd',
      'train/optimiser/adamw',
      'model/masking',
      'data/spectrogram/logMel',
    ])
      assert.deepEqual(
        bundled.filter((name) => name.endsWith(`/${part.split('/').at(-1)}.js`)),
        [`lib/dist/${part}.js`],
      );
  });
});
