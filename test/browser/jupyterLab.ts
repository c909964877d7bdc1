/// <reference lib="dom" />
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { loadScript } from '../setup/support';

const root = resolve(__dirname, '../../..');
const startSeconds = 180;
const { findChromium } = createRequire(__filename)(join(root, 'scripts/check/chromium.cjs')) as {
  findChromium(): string | null;
};

/** Time limit for pages [ms], long enough for a busy machine. */
export const patienceMs = 120_000;

/** The Chromium of this machine. Without one, the test is skipped and says so. */
export function chromiumFor(test: Mocha.Context): string {
  const chromium = findChromium();
  if (chromium !== null) return chromium;
  console.log('    no Chromium on this machine: install one, or set CHROMIUM to its path');
  return test.skip();
}

/** A headless browser that avoids the network as far as it can. */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Signals are for mocha and the code under test. A browser ends with the process that started it.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

/** A page with long timeouts. */
export async function openPage(browser: Browser, height = 1000): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1200, height } });
  page.setDefaultTimeout(patienceMs);
  return page;
}

export interface JupyterLabArgs {
  /** Notebooks to be written to the folder, by file name. */
  readonly made?: Readonly<Record<string, object>>;
  readonly environment?: NodeJS.ProcessEnv;
  /** The dark theme. */
  readonly dark?: boolean;
}

export interface OpenLabArgs extends JupyterLabArgs {
  /** Notebooks to be copied into its folder; default: none. */
  readonly notebooks?: readonly string[];
  /** Height of the page [px]. */
  readonly height?: number;
}

/** JupyterLab, a browser and an empty page. Without a Chromium, the tests are skipped. */
export async function openLab(test: Mocha.Context, { notebooks = [], height, ...args }: OpenLabArgs) {
  const chromium = chromiumFor(test);
  const lab = await JupyterLab.start(notebooks, args);
  const browser = await launchBrowser(chromium);
  return { lab, browser, page: await openPage(browser, height) };
}

/** Ends what {@link openLab} has opened, if it has. */
export async function closeLab(lab: JupyterLab | undefined, browser: Browser | undefined): Promise<void> {
  await browser?.close();
  await lab?.stop();
}

/** A separate JupyterLab server on copies of notebooks, with settings that do not affect the user's. */
export class JupyterLab {
  private constructor(
    private readonly server: ChildProcess,
    private readonly folder: string,
    private readonly token: string,
    private readonly port: number,
  ) {}

  /** Starts a server on a free port and waits until it answers. */
  static async start(notebooks: readonly string[], args: JupyterLabArgs = {}): Promise<JupyterLab> {
    mkdirSync(join(root, 'runs'), { recursive: true });
    const folder = mkdtempSync(join(root, 'runs', 'browser-')); // inside the project, so that `xkd` is found
    for (const notebook of notebooks) cpSync(resolve(notebook), join(folder, basename(notebook)));
    for (const [name, notebook] of Object.entries(args.made ?? {}))
      writeFileSync(join(folder, name), JSON.stringify(notebook, null, 1));
    const settings = mkdtempSync(join(tmpdir(), 'xkd-lab-'));
    writeSettings(settings, 'notification', { fetchNews: 'false' });
    if (args.dark) writeSettings(settings, 'themes', { theme: 'JupyterLab Dark' });
    const token = randomBytes(16).toString('hex');
    const server = spawn(
      join(root, '.venv/bin/jupyter'),
      [
        'lab',
        '--no-browser',
        '--allow-root',
        '--ServerApp.ip=127.0.0.1',
        '--ServerApp.port=0',
        `--ServerApp.root_dir=${folder}`,
        `--IdentityProvider.token=${token}`,
        '--LabApp.expose_app_in_browser=True',
        `--LabApp.workspaces_dir=${join(settings, 'workspaces')}`,
        `--LabApp.user_settings_dir=${join(settings, 'settings')}`,
      ],
      {
        cwd: folder,
        env: {
          ...process.env,
          ...args.environment,
          JUPYTER_CONFIG_DIR: settings,
          JUPYTER_DATA_DIR: settings,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const { endWithUs } = await loadScript<{ endWithUs(child: ChildProcess): void }>('process/guard.mjs');
    endWithUs(server);
    try {
      return new JupyterLab(server, folder, token, await portOf(server));
    } catch (error) {
      server.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Path of a file next to the notebooks. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** Opens a notebook alone in the window and waits until its kernel is idle, or in one of `states`. */
  async open(page: Page, notebook: string, states = ['idle']): Promise<void> {
    const url = `http://127.0.0.1:${this.port}/doc/tree/${encodeURIComponent(basename(notebook))}?token=${this.token}`;
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await this.ready(page, states);
  }

  /** Waits until the notebook of an opened or reloaded page has its kernel. */
  async ready(page: Page, states = ['idle']): Promise<void> {
    await page.waitForSelector('.jp-Notebook .jp-Cell', { timeout: startSeconds * 1000 });
    await page.waitForFunction(
      (wanted) => {
        const context = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget?.sessionContext;
        const kernel = context?.isReady ? context.session?.kernel : null;
        return kernel?.connectionStatus === 'connected' && wanted.includes(kernel.status);
      },
      states,
      { timeout: startSeconds * 1000 },
    );
  }

  /** Runs a command of JupyterLab's menus and waits until it has finished. */
  async command(page: Page, name: string): Promise<void> {
    await page.evaluate(async (command) => {
      await (globalThis as unknown as LabWindow).jupyterapp.commands.execute(command);
    }, name);
  }

  /** Runs one cell of the open notebook and waits until it has finished. */
  async runCell(page: Page, index: number): Promise<void> {
    await page.evaluate((place) => {
      const { content } = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!;
      content.activeCellIndex = place;
    }, index);
    await this.command(page, 'notebook:run-cell');
  }

  /** Disconnects a page from the server, as a failing network does. */
  async disconnect(page: Page): Promise<void> {
    await page.context().setOffline(true);
    // In Chromium, open connections stay open.
    await page.evaluate(() => {
      const { session } = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.sessionContext;
      session!.kernel!._ws.close(4000);
    });
  }

  /** Reconnects the page, and waits until it has found the server. */
  async reconnect(page: Page): Promise<void> {
    await page.context().setOffline(false);
    await this.ready(page, ['busy', 'idle']);
  }

  /** Restarts the kernel of the open notebook without asking. */
  async restartKernel(page: Page): Promise<void> {
    await page.evaluate(async () => {
      const { jupyterapp } = globalThis as unknown as LabWindow;
      await jupyterapp.shell.currentWidget!.sessionContext.restartKernel();
    });
  }

  /** Runs every cell of the open notebook and waits until all have finished. */
  async runAll(page: Page, seconds: number): Promise<void> {
    const run = this.command(page, 'notebook:run-all-cells');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(new Error(`The cells did not end within ${seconds} s.`)), seconds * 1000);
    });
    await Promise.race([run, late]).finally(() => clearTimeout(timer));
  }

  /** Scrolls through the open notebook, one window height at a time, and waits for what comes into view to be drawn. */
  async eachScreen(page: Page, visit: (number: number) => Promise<void>, settleMs = 1500): Promise<void> {
    for (let number = 0; ; number++) {
      const more = await page.evaluate((screen) => {
        const scroller = document.querySelector('.jp-WindowedPanel-outer')!;
        const step = scroller.clientHeight - 40;
        scroller.scrollTo(0, screen * step);
        return screen * step < scroller.scrollHeight - scroller.clientHeight;
      }, number);
      await page.waitForTimeout(settleMs);
      await visit(number);
      if (!more) break;
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.server.once('close', done));
    this.server.kill('SIGTERM');
    await closed;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The parts of JupyterLab's page objects used here. */
interface LabWindow {
  readonly jupyterapp: {
    readonly commands: { execute(command: string): Promise<unknown> };
    readonly shell: { readonly currentWidget: NotebookWidget | null };
  };
}

interface NotebookWidget {
  readonly sessionContext: SessionContext;
  readonly content: { activeCellIndex: number };
}

interface SessionContext {
  restartKernel(): Promise<void>;
  readonly isReady: boolean;
  readonly session: {
    readonly kernel: {
      readonly connectionStatus: string;
      readonly status: string;
      readonly _ws: WebSocket;
    } | null;
  } | null;
}

function writeSettings(folder: string, plugin: string, settings: object): void {
  const path = join(folder, 'settings/@jupyterlab/apputils-extension');
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, `${plugin}.jupyterlab-settings`), JSON.stringify(settings));
}

/** Reads the port from the server's start-up messages. */
function portOf(server: ChildProcess): Promise<number> {
  return new Promise((found, failed) => {
    let log = '';
    const timer = setTimeout(
      () => failed(new Error(`JupyterLab did not start:\n${log}`)),
      startSeconds * 1000,
    );
    server.stderr!.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const match = /http:\/\/127\.0\.0\.1:(\d+)\/lab/.exec(log);
      if (!match) return;
      clearTimeout(timer);
      found(Number(match[1]));
    });
    server.once('exit', () => failed(new Error(`JupyterLab ended while starting:\n${log}`)));
  });
}
