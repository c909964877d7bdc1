/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseHTML } from 'linkedom';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { projectPath } from 'xkd';
import { loadScript, runNode, type Ended } from '../setup/support';
import { audit } from './axe';
import { chromiumFor, launchBrowser, patienceMs } from './jupyterLab';

const makeSite = (...words: string[]): Promise<Ended> =>
  runNode([projectPath('scripts', 'site.mjs'), ...words]);

let folder: string;

/** Paths of all pages, relative to the site. */
function pageNames(): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.html')).sort();
}

function documentOf(file: string): Document {
  return parseHTML(readFileSync(file, 'utf8')).document;
}

describe('npm run site', function () {
  this.timeout(900_000);

  /** The site is made once for all tests. */
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-site-'));
    const { code, stdout, stderr } = await makeSite('--out', folder);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /index\.html\n$/);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('makes pages of the guide and of the course', () => {
    const names = pageNames();
    for (const name of ['index', 'environment', 'CONTRIBUTING', 'CHANGELOG', 'docs/method', 'docs/training'])
      assert.ok(names.includes(`${name}.html`), name);
    assert.equal(names.filter((name) => /^notebooks\/\d\d_.*\.html$/.test(name)).length, 9);
  });

  it('describes every public name, with what its docstring says and cites', () => {
    const index = readFileSync(projectPath('lib', 'index.ts'), 'utf8');
    const names = [...index.matchAll(/^export \{([^}]*)\}/gm)]
      .flatMap(([, list]) => list.split(','))
      .map((name) => name.replace('type ', '').trim())
      .filter((name) => name !== '' && name !== 'tf');
    const made = new Set(pageNames().map((name) => /^api\/[\w-]+\/(\w+)\.html$/.exec(name)?.[1]));
    assert.deepEqual(
      names.filter((name) => !made.has(name)),
      [],
    );
    const rows = documentOf(join(folder, 'api/index.html')).querySelectorAll('main td:first-child a');
    assert.equal(rows.length, names.length);
    const main = documentOf(join(folder, 'api/functions/mmd.html')).querySelector('main')!;
    assert.match(
      main.textContent!,
      /function mmd\([\s\S]*gammas[\s\S]*Maximum mean discrepancy between two sets/,
    );
    const [cited] = Array.from(main.querySelectorAll('a')).filter((link) =>
      link.textContent!.includes('section 6'),
    );
    assert.equal(cited.getAttribute('href'), '../../docs/method.html#6-losses');
    const method = documentOf(join(folder, 'docs/method.html'));
    assert.ok(method.querySelector('main a[href="../api/functions/mmd.html"]'));
  });

  it('links pages, pictures and headings that exist, and nothing by an absolute path', () => {
    const ids = new Map<string, Set<string>>();
    const idsOf = (file: string) => {
      if (!ids.has(file))
        ids.set(file, new Set(Array.from(documentOf(file).querySelectorAll('[id]'), ({ id }) => id)));
      return ids.get(file)!;
    };
    const wrong: string[] = [];
    let followed = 0;
    for (const name of pageNames()) {
      const file = join(folder, name);
      const elements = documentOf(file).querySelectorAll('a[href], link[href], script[src], main img[src]');
      for (const element of Array.from(elements)) {
        const href = element.getAttribute('href') ?? element.getAttribute('src')!;
        if (/^(https?|data):/.test(href)) continue;
        followed++;
        const [path, heading = ''] = href.split('#');
        const target = path === '' ? file : resolve(dirname(file), path);
        const isThere =
          !path.startsWith('/') &&
          target.startsWith(folder) &&
          existsSync(target) &&
          statSync(target).isFile();
        const isWhole = isThere && (heading === '' || idsOf(target).has(decodeURIComponent(heading)));
        if (!isWhole) wrong.push(`${name}: ${href}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(followed > 1000, String(followed));
  });

  it('loads nothing from elsewhere, and shares Plotly and fonts between pages', () => {
    for (const name of pageNames()) {
      const html = readFileSync(join(folder, name), 'utf8');
      assert.doesNotMatch(html, /(src|rel="stylesheet" href)="https?:|@import|url\(http/, name);
      assert.ok(!html.includes('plotly.js v'), name);
    }
    assert.match(
      readFileSync(join(folder, 'assets/equations.css'), 'utf8'),
      /src:url\(fonts\/KaTeX_Main-Regular/,
    );
    assert.ok(existsSync(join(folder, 'assets/fonts/KaTeX_Main-Regular.woff2')));
  });

  it('leaves what is not its own: it refuses a folder of other files, and keeps those added to a site', async () => {
    const { openSiteFolder } = await loadScript<{
      openSiteFolder(path: string): { write(files: Map<string, string>): void };
    }>('site/site-folder.mjs');
    const path = mkdtempSync(join(tmpdir(), 'xkd-other-'));
    const files = () => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
    const write = (...names: string[]) =>
      openSiteFolder(path).write(new Map(names.map((name) => [name, name])));
    try {
      write('index.html', 'old/page.html', 'kept/page.html');
      for (const name of ['note.txt', 'kept/note.txt']) writeFileSync(join(path, name), 'mine');
      write('index.html', 'new/page.html');
      const own = ['index.html', 'new', 'new/page.html', 'site-files.json'];
      assert.deepEqual(files(), [...own, 'kept', 'kept/note.txt', 'note.txt'].sort());
      assert.throws(() => write('note.txt'), { message: /note\.txt is not a site's: move it away/ });
      assert.equal(readFileSync(join(path, 'note.txt'), 'utf8'), 'mine');
      rmSync(join(path, 'site-files.json'));
      assert.throws(() => write('index.html'), {
        message: `${path} has files that are not a site's: choose another folder, or an empty one.`,
      });
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  it('refuses in one sentence what it cannot do', async () => {
    for (const [words, sentence] of [
      [
        ['--out', '/proc/none/site'],
        /^\/proc\/none\/site can't be made or read as a folder \(E\w+\): choose another place\.\n$/,
      ],
      [['--out', projectPath('README.md')], /README\.md can't be made or read as a folder \(ENOTDIR\)/],
      [['--speed'], /^Unknown option '--speed'.*"npm run site -- --help" lists the options\.\n$/],
    ] as const) {
      const { code, stderr } = await makeSite(...words);
      assert.equal(code, 1);
      assert.match(stderr, sentence);
    }
  });

  describe('in a browser, from files and without a network', () => {
    let browser: Browser;

    before(async function () {
      browser = await launchBrowser(chromiumFor(this));
    });
    after(() => browser?.close());

    interface Look {
      readonly width: number;
      readonly dark: boolean;
    }
    const looks: readonly Look[] = [
      { width: 1280, dark: false },
      { width: 390, dark: true },
    ];

    async function contextOf({ width, dark }: Look): Promise<BrowserContext> {
      const colorScheme = dark ? 'dark' : 'light';
      return browser.newContext({ offline: true, colorScheme, viewport: { width, height: 900 } });
    }

    /** Opens a page and collects its errors; waits until its figures are drawn. */
    async function open(context: BrowserContext, name: string, troubles: string[] = []): Promise<Page> {
      const page = await context.newPage();
      page.setDefaultTimeout(patienceMs);
      page.on('pageerror', ({ message }) => troubles.push(`${name}: ${message}`));
      page.on('requestfailed', (request) => troubles.push(`${name}: ${request.url().slice(0, 100)}`));
      await page.goto(`file://${join(folder, name)}`);
      await page.waitForFunction(() =>
        Array.from(document.querySelectorAll('.xkd-figure')).every((plot) => plot.querySelector('.main-svg')),
      );
      return page;
    }

    const audited = [
      'index.html',
      'docs/method.html',
      'docs/architecture.html',
      'environment.html',
      'api/index.html',
      'api/classes/PretrainingRun.html',
      'notebooks/index.html',
      'notebooks/05_ablations.html',
      'notebooks/08_your_own_videos.html',
    ];
    for (const look of looks) {
      it(`have no serious finding of axe, ${look.width} pixels wide, ${look.dark ? 'dark' : 'light'}`, async () => {
        const context = await contextOf(look);
        const troubles: string[] = [];
        for (const name of audited) {
          const page = await open(context, name, troubles);
          const { violations, checked } = await audit(page);
          assert.ok(checked.includes('color-contrast'), name);
          assert.deepEqual(violations, [], name);
          await page.close();
        }
        await context.close();
        assert.deepEqual(troubles, []);
      });
    }

    it('would show a finding of axe', async () => {
      const context = await contextOf(looks[0]);
      const page = await open(context, 'CONTRIBUTING.html');
      await page.$eval('main', (main) => {
        main.insertAdjacentHTML(
          'beforeend',
          '<p style="color: #ccc">faint</p><img src="x.png"><button></button>',
        );
      });
      const rules = (await audit(page)).violations.map(({ rule }) => rule);
      assert.deepEqual(rules.sort(), ['button-name', 'color-contrast', 'image-alt']);
      await context.close();
    });

    it('are no wider than a telephone', async () => {
      const context = await contextOf({ width: 390, dark: false });
      const wide: string[] = [];
      const page = await context.newPage();
      for (const name of pageNames().filter((each) => !/^api\/[a-z-]+\/[b-z]/i.test(each))) {
        await page.goto(`file://${join(folder, name)}`, { waitUntil: 'domcontentloaded' });
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (excess > 0) wide.push(`${name}: ${excess}`);
      }
      await context.close();
      assert.deepEqual(wide, []);
    });

    it('are searched by keyboard, from any page', async () => {
      const context = await contextOf(looks[0]);
      const troubles: string[] = [];
      const page = await open(context, 'docs/training.html', troubles);
      await page.keyboard.press('/');
      await page.keyboard.type('distillationLoss');
      await page.locator('#found a').first().waitFor();
      assert.match(await page.locator('#found-count').innerText(), /^\d+ results?$/);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL(/api\/functions\/distillationLoss\.html$/);
      await page.locator('#words').fill('centring');
      await page.locator('#found a', { hasText: 'Distillation with centring and sharpening' }).click();
      await page.waitForURL(/docs\/method\.html#distillation-with-centring-and-sharpening$/);
      await page.locator('#words').fill('zzzzzz');
      await page.getByText('No results').waitFor();
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('#found').isVisible(), false);
      await context.close();
      assert.deepEqual(troubles, []);
    });

    it('become dark and light by the button, figures too, and remain so on the next page', async () => {
      const context = await contextOf(looks[0]);
      const page = await open(context, 'notebooks/00_start_here.html');
      const grounds = () =>
        page.evaluate(() => [
          getComputedStyle(document.body).backgroundColor,
          getComputedStyle(document.querySelector('#figure-0 .main-svg')!).backgroundColor,
        ]);
      assert.deepEqual(await grounds(), ['rgb(255, 255, 255)', 'rgb(255, 255, 255)']);
      await page.getByRole('button', { name: 'Dark' }).click();
      await page.waitForSelector('#figure-0.xkd-dark-page');
      await page.waitForFunction(
        () =>
          getComputedStyle(document.querySelector('#figure-0 .main-svg')!).backgroundColor ===
          'rgb(17, 17, 17)',
      );
      assert.equal((await grounds())[0], 'rgb(17, 17, 17)');
      await page
        .getByRole('link', { name: /01 From a file/ })
        .first()
        .click();
      await page.waitForSelector('html[data-theme=dark]');
      await context.close();
    });
  });
});
