import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  barsFigure,
  clipSpaceFigure,
  curvesFigure,
  framesFigure,
  matrixFigure,
  methodFigure,
  projectPath,
  type Figure,
} from 'xkd';
import { colours, series, themed } from 'xkd/dist/figures/theme';
import { notebookOf } from '../browser/notebookOf';
import { type Colour, pngPixels, type Pixels } from '../figures/pngPixels';

interface Picture {
  readonly png: string;
  readonly width: number;
  readonly height: number;
}

interface Pictures {
  draw(figure: object, args?: { width?: number }): Promise<Picture | null>;
  close(): void;
}

interface Output {
  readonly data: object;
  readonly metadata?: object;
}

const script = projectPath('scripts/kernel/pictures.cjs');
const load = createRequire(script);
const { createPictures, withPicture, figureWithoutPicture } = load(script) as {
  createPictures(args?: { idleMs?: number; limitMs?: number }): Pictures;
  withPicture(output: Output, picture: Picture | null): Required<Output>;
  figureWithoutPicture(output: Output): object | undefined;
};
const white: Colour = [255, 255, 255];

function pixelsOf({ png, width, height }: Picture): Pixels {
  const pixels = pngPixels(png);
  assert.deepEqual([pixels.width, pixels.height], [width, height]);
  return pixels;
}

function alike(a: Colour, b: Colour, tolerance = 16): boolean {
  return a.every((value, c) => Math.abs(value - b[c]) <= tolerance);
}

function rgb(hex: string): Colour {
  return [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16)) as never;
}

/** Position of a colour: the number of its pixels, and their centre. */
function find(pixels: Pixels, colour: Colour): { count: number; x: number; y: number } {
  let [count, x, y] = [0, 0, 0];
  for (let row = 0; row < pixels.height; row++) {
    for (let column = 0; column < pixels.width; column++) {
      if (!alike(pixels.at(column, row), colour)) continue;
      [count, x, y] = [count + 1, x + column, y + row];
    }
  }
  return { count, x: x / count, y: y / count };
}

describe('pictures of figures', function () {
  this.timeout(300_000);
  let pictures: Pictures;
  before(() => {
    pictures = createPictures();
  });
  after(() => pictures.close());

  const pixels = async (figure: Figure) => {
    const picture = await pictures.draw(figure);
    assert.ok(picture);
    return { picture, ...pixelsOf(picture) };
  };

  it('are as wide as asked for, or as the figure if that is less, on white', async () => {
    const figure = themed([{ type: 'scatter', mode: 'lines', y: [1, 2] }], { height: 200, alt: '' });
    for (const [width, own, expected] of [
      [720, undefined, [720, 200]],
      [400, undefined, [400, 200]],
      [720, 300, [300, 200]],
      [400, 800, [400, 100]],
    ] as const) {
      const picture = await pictures.draw({ ...figure, layout: { ...figure.layout, width: own } }, { width });
      assert.deepEqual([picture?.width, picture?.height], expected);
      assert.ok(alike(pixelsOf(picture!).at(1, 1), white));
    }
  });

  it('have bars of the right colour and height', async () => {
    const bars = [
      { name: 'low', value: 20, colour: series[0] },
      { name: 'high', value: 80, colour: series[1] },
    ];
    const [low, high] = await pixels(barsFigure({ bars, valueTitle: 'top-1 [%]', range: [0, 100] })).then(
      (page) => bars.map(({ colour }) => find(page, rgb(colour))),
    );
    assert.ok(low.x < high.x);
    assert.ok(Math.abs(high.count / low.count - 4) < 0.2, `${high.count} and ${low.count} pixels`);
  });

  it('have curves in their colours and widths, with a legend', async () => {
    const page = await pixels(
      curvesFigure({
        curves: [
          { name: 'rises', x: [0, 1, 2], y: [0, 1, 2], colour: series[0], dash: 'solid' },
          { name: 'falls', x: [0, 1, 2], y: [2, 1, 0], colour: series[3], dash: 'solid' },
        ],
        xTitle: 'step',
        yTitle: 'loss',
      }),
    );
    const counts = [series[0], series[3]].map((colour) => find(page, rgb(colour)).count);
    assert.ok(Math.min(...counts) > 500, `${counts.join(' and ')} pixels`);
    assert.ok(page.picture.png.length < 25_000);
  });

  it('have the cells of a matrix in sharp squares, each with its number', async () => {
    const highest = rgb('#62a5df');
    const one = await pixels(matrixFigure({ values: [1, 0, 0, 0], columns: 2 }));
    const corner = find(one, highest);
    const { width, height } = one.picture;
    assert.ok(corner.count > 1500 && corner.x < width / 2 && corner.y < height / 2, JSON.stringify(corner));
    const two = find(await pixels(matrixFigure({ values: [1, 0, 0, 1], columns: 2 })), highest);
    assert.ok(Math.abs(two.count / corner.count - 2) < 0.1, `${two.count} and ${corner.count} pixels`);
    assert.ok(Math.hypot(two.x - width / 2, two.y - height / 2) < 4, 'both lie on a diagonal');
  });

  it('have the frames of clips', async () => {
    const red = { data: new Uint8Array(3 * 64).map((_, i) => (i % 3 ? 20 : 220)), width: 8, height: 8 };
    const page = await pixels(framesFigure({ frames: [red, red], framesPerSecond: 8 }));
    assert.ok(find(page, [220, 20, 20]).count > 10_000);
  });

  it('have arrows and boxes', async () => {
    const page = await pixels(methodFigure());
    const [video, audio] = [colours.video, colours.audio].map((colour) => find(page, rgb(colour)));
    assert.ok(video.count > 500 && audio.count > 500 && video.y < audio.y);
  });

  it('have points in space where the camera sees them', async () => {
    const labels = ['above', 'below'];
    const figure = clipSpaceFigure({ points: [0, 0, 1, 0, 0, -1], labels, names: labels });
    const page = await pixels({ ...figure, layout: { ...figure.layout, showlegend: false } });
    const faint = (hex: string) => rgb(hex).map((value) => 255 - 0.6 * (255 - value)) as never;
    const [above, below] = [series[0], series[1]].map((colour) => find(page, faint(colour)));
    assert.ok(above.count > 10 && below.count > 10);
    assert.ok(above.y < below.y && Math.abs(above.x - below.x) < 5);
  });

  it('are drawn of a figure without traces, and are null where nothing can be drawn', async () => {
    assert.deepEqual((await pictures.draw({ data: [], layout: {} }))?.width, 720);
    for (const broken of [{}, { data: 'none' }, { data: [null] }]) {
      assert.equal(await pictures.draw(broken), null, JSON.stringify(broken));
    }
    assert.ok(await pictures.draw({ data: [] }), 'the next one is drawn');
  });

  it('go beside the figure, with their size, and are not drawn twice', () => {
    const output = { data: { 'application/vnd.plotly.v1+json': { data: [] }, 'text/plain': 'Figure: a' } };
    assert.deepEqual(figureWithoutPicture(output), { data: [] });
    const whole = withPicture(output, { png: 'AAAA', width: 7, height: 5 });
    assert.deepEqual(whole, {
      data: { ...output.data, 'image/png': 'AAAA' },
      metadata: { 'image/png': { width: 7, height: 5 } },
    });
    assert.equal(figureWithoutPicture(whole), undefined);
    assert.deepEqual(withPicture(output, null), { ...output, metadata: {} });
  });

  it('are what JupyterLab shows in its own export to HTML, which knows no figures', async () => {
    const figure = methodFigure();
    const output = { data: { 'application/vnd.plotly.v1+json': figure, 'text/plain': 'Figure' } };
    const { data, metadata } = withPicture(output, await pictures.draw(figure));
    const notebook = notebookOf(["'method'"]) as { cells: { outputs: object[] }[] };
    notebook.cells[0].outputs.push({ output_type: 'display_data', data, metadata });
    const folder = mkdtempSync(join(tmpdir(), 'xkd-picture-'));
    try {
      const file = join(folder, 'method.ipynb');
      writeFileSync(file, JSON.stringify(notebook));
      execFileSync(projectPath('.venv/bin/python'), ['-m', 'nbconvert', '--to', 'html', file], {
        stdio: 'ignore',
      });
      const page = readFileSync(join(folder, 'method.html'), 'utf8');
      const { width } = metadata['image/png' as never] as Picture;
      const picture = /<img [^>]*src="data:image\/png;base64,[^"]*"[^>]*>/.exec(page);
      assert.ok(picture && picture[0].includes(`width="${width}"`), picture?.[0].slice(0, 200));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the process that draws pictures', function () {
  this.timeout(300_000);
  const figure = { data: [{ y: [1, 2] }], layout: {} };

  it('ends when it has nothing to do, and begins anew; a figure that takes too long is null', async () => {
    const pictures = createPictures({ idleMs: 0 });
    for (let i = 0; i < 2; i++) {
      assert.ok(await pictures.draw(figure));
      await new Promise((done) => setTimeout(done, 50));
    }
    const hasty = createPictures({ limitMs: 1 });
    assert.deepEqual(await Promise.all([hasty.draw(figure), hasty.draw(figure)]), [null, null]);
  });

  /** A process that draws one figure and prints the id of the drawing process. */
  const user = (more: string) =>
    spawn(process.execPath, [
      '-e',
      `const processes = require('node:child_process');
      const { fork } = processes;
      processes.fork = (...args) => { const child = fork(...args); console.log(child.pid); return child; };
      const pictures = require(${JSON.stringify(script)}).createPictures();
      pictures.draw(${JSON.stringify(figure)}).then((picture) => { console.log(picture.width); ${more} });`,
    ]);
  const lines = async (process: ReturnType<typeof user>, count: number) => {
    const said: number[] = [];
    for await (const line of createInterface({ input: process.stdout! })) {
      if (said.push(Number(line)) === count) break;
    }
    return said;
  };
  const ended = async (pid: number) => {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  };

  it('keeps nobody alive', async () => {
    const child = user('');
    const end = once(child, 'exit');
    const [pid, width] = await lines(child, 2);
    assert.equal(width, 720);
    assert.equal((await end)[0], 0);
    await ended(pid);
  });

  it('ends with a kernel that is killed', async () => {
    const child = user('setInterval(() => {}, 1000);');
    const [pid] = await lines(child, 2);
    child.kill('SIGKILL');
    await ended(pid);
  });
});
