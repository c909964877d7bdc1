import assert from 'node:assert/strict';
import {
  barsFigure,
  clipFigure,
  configure,
  confusionFigure,
  curvesFigure,
  embeddingFigure,
  framesFigure,
  groupedBarsFigure,
  matrixFigure,
  melBandHz,
  melFilterbank,
  melMatrix,
  methodFigure,
  spectrogramFigure,
  spectrogramPanelsFigure,
  waveformFigure,
  type DecodedClip,
  type Figure,
  type Pixels,
} from 'xkd/internal';
import { unpacked, type PackedNumbers } from 'xkd/dist/figures/packed';

const base = configure('base');
const nano = configure('nano');
const list = (values: unknown): number[] => Array.from(unpacked(values as PackedNumbers));
const grey = (value: number, side = 8): Pixels => ({
  data: new Uint8Array(3 * side * side).fill(value),
  width: side,
  height: side,
});

function decoded(seconds: number): DecodedClip {
  return {
    startSeconds: 1,
    framesPerSecond: 8,
    sampleRateHz: 16000,
    frames: new Uint8Array(seconds * 8 * 16 * 16 * 3),
    frameCount: seconds * 8,
    height: 16,
    width: 16,
    waveform: Float32Array.from({ length: seconds * 16000 }, (_, i) => Math.sin(i)),
  };
}

describe('figures of clips', () => {
  it('lays frames out in rows, each with its time', () => {
    const figure = framesFigure({
      frames: Array.from({ length: 10 }, (_, t) => grey(t)),
      framesPerSecond: 8,
      startSeconds: 2,
      columns: 4,
    });
    const places = figure.layout.images!.map(({ x, y }) => [Math.floor(x), Math.floor(y)]);
    assert.deepEqual(places[5], [1, 1]);
    assert.equal(places.length, 10);
    const [hover] = figure.data;
    assert.equal(hover.type === 'scatter' && hover.text![9], 'frame 9, 3.125 s');
  });

  it('puts frames, waveform, spectrogram and events on one time axis', () => {
    const columns = 112;
    const figure = clipFigure({
      clip: decoded(1),
      logMel: new Float32Array(80 * columns),
      config: base,
      events: [0.9, 1.25, 1.9, 2.1],
    });
    assert.deepEqual(figure.layout.xaxis!.range, [1, 2]);
    assert.deepEqual(
      figure.layout.shapes!.map(({ x0 }) => x0),
      [1.25, 1.9],
    );
    assert.deepEqual(
      figure.layout.images!.map(({ x }) => x),
      [1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875],
    );
  });

  it('draws the lowest and the highest sample of each stretch', () => {
    const waveform = new Float32Array(7200);
    waveform[3000] = 0.75;
    waveform[3001] = -0.5;
    const [trace] = waveformFigure({ waveform, sampleRateHz: 16000, startSeconds: 1 }).data;
    const [x, y] = [list(trace.type === 'scatter' && trace.x), list(trace.type === 'scatter' && trace.y)];
    const top = y.indexOf(0.75);
    assert.ok(Math.abs(x[top] - (1 + 3000 / 16000)) < 20 / 16000);
    assert.equal(y[y.length - 1 - top], -0.5);
  });
});

describe('figures of spectrograms', () => {
  it('keep every value of a small spectrogram', () => {
    const values = Float32Array.from({ length: 32 * 32 }, (_, i) => i / 7);
    const [trace] = spectrogramFigure({ values, config: nano }).data;
    assert.deepEqual(unpacked((trace as { z: PackedNumbers }).z), values);
    assert.equal((trace as { dx: number }).dx, 500 / 16000);
  });

  it('average neighbouring columns of a large one', () => {
    const values = Float32Array.from({ length: 80 * 448 }, (_, i) => i % 448);
    const [trace] = spectrogramFigure({ values, config: base }).data;
    const z = trace as unknown as { z: PackedNumbers; dx: number; x0: number };
    assert.equal(z.z.shape, '80, 112');
    assert.deepEqual(list(z.z).slice(0, 3), [1.5, 5.5, 9.5]);
    assert.ok(Math.abs(z.dx - (4 * 143) / 16000) < 1e-9);
    assert.ok(Math.abs(z.x0 - (1.5 * 143) / 16000) < 1e-9);
  });

  it('label bands with frequencies that rise up to 8 kHz', () => {
    const hz = melBandHz(base);
    for (let m = 1; m < hz.length; m++) assert.ok(hz[m] > hz[m - 1]);
    assert.ok(hz[79] > 7000 && hz[79] < 8000);
    const axis = spectrogramFigure({ values: new Float32Array(80), config: base }).layout.yaxis!;
    const at1000 = axis.tickvals![axis.ticktext!.indexOf('1000')];
    assert.ok(Math.abs(hz[at1000] - 1000) < 40, `band ${at1000} has ${hz[at1000]} Hz`);
  });

  it('share a colour scale between panels', () => {
    const figure = spectrogramPanelsFigure({
      config: nano,
      panels: [
        { title: 'a', values: Float32Array.from({ length: 1024 }, (_, i) => (i === 3 ? NaN : i)) },
        { title: 'b', values: new Float32Array(512) },
      ],
    });
    for (const trace of figure.data) assert.deepEqual([(trace as { zmax: number }).zmax], [1023]);
    assert.deepEqual(figure.layout.xaxis2!.range, [0, 0.5]);
  });

  it('show the filterbank that the spectrogram is made with', () => {
    const { data, shape } = melMatrix(base);
    const bank = melFilterbank({ ...base.spectrogram, sampleRateHz: 16000 });
    assert.deepEqual(shape, [80, 513]);
    const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b);
    assert.ok(Math.abs(total(data) / total(bank.weights) - 1) < 1e-6);
    assert.equal(data[40 * 513 + bank.first[40]], Math.fround(bank.weights[bank.offset[40]]));
  });
});

describe('figures of numbers', () => {
  it('thin long curves but keep both ends', () => {
    const y = Array.from({ length: 3001 }, (_, i) => i);
    const [trace] = curvesFigure({ curves: [{ name: 'loss', y }] }).data;
    const drawn = list((trace as { y: unknown }).y);
    assert.ok(drawn.length <= 402);
    assert.equal(drawn[0], 0);
    assert.equal(drawn[drawn.length - 1], 3000);
  });

  it('draw a level on a logarithmic axis at its place', () => {
    const { layout } = curvesFigure({
      curves: [{ name: 'a', y: [1, 100] }],
      log: true,
      level: { value: 10, name: 'ten' },
    });
    assert.equal(layout.shapes![0].y0, 10);
    assert.equal(layout.annotations![0].y, 1);
  });

  it('give each true class 100 % of its row', () => {
    const counts = [
      [3, 1],
      [0, 0],
    ];
    const [trace] = confusionFigure({ classes: ['a', 'b'], counts }).data;
    assert.deepEqual((trace as { z: unknown }).z, [
      [75, 25],
      [0, 0],
    ]);
  });

  it('draw intervals only where there are some', () => {
    const bare = barsFigure({ bars: [{ name: 'a', value: 1 }] }).data[0];
    const both = barsFigure({ bars: [{ name: 'a', value: 1, halfWidth: 0.2 }] }).data[0];
    assert.equal((bare as { error_y?: unknown }).error_y, undefined);
    assert.deepEqual((both as unknown as { error_y: { array: number[] } }).error_y.array, [0.2]);
  });

  it('colour points by class', () => {
    const figure = embeddingFigure({ points: [0, 1, 2, 3, 4, 5], labels: ['b', 'a', 'b'] });
    assert.deepEqual(
      figure.data.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.deepEqual(list((figure.data[1] as { x: unknown }).x), [0, 4]);
  });

  it('write a tensor row by row', () => {
    const [trace] = matrixFigure({ values: [1, 2, 3, 4, 5, 6], columns: 3 }).data;
    assert.deepEqual((trace as { z: unknown }).z, [
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('are plain JSON, as a notebook file is', () => {
    const figures: Figure[] = [methodFigure(), matrixFigure({ values: [1], columns: 1 })];
    for (const figure of figures) {
      assert.deepEqual(JSON.parse(JSON.stringify(figure)), withoutUndefined(figure));
      assert.equal(figure.layout.paper_bgcolor, '#ffffff');
    }
  });
});

describe('bars in groups', () => {
  it('keep the colour of a series in every panel and name it once', () => {
    const groups = ['video', 'audio'];
    const [a, b] = ['a', 'b'].map((name) => ({ name, values: [50, 60] }));
    const grey = { name: 'before', values: [1, 2], halfWidths: [0.5, 0.5], colour: '#777777' };
    const { data, layout } = groupedBarsFigure({
      panels: [
        { title: 'here', groups, series: [grey, a, b], level: { value: 12.5, name: 'chance' } },
        { title: 'there', groups, series: [a, b] },
      ],
    });
    const colour = (i: number) => (data[i].type === 'bar' ? data[i].marker!.color : null);
    assert.deepEqual([colour(0), colour(1), colour(2)], ['#777777', colour(3), colour(4)]);
    assert.notEqual(colour(1), colour(2));
    assert.deepEqual(data.map(({ showlegend }) => showlegend), [true, true, true, false, false]); // prettier-ignore
    assert.deepEqual(data.map(({ xaxis }) => xaxis), ['x', 'x', 'x', 'x2', 'x2']); // prettier-ignore
    assert.deepEqual(data.map((bar) => 'error_y' in bar && bar.error_y !== undefined), [true, false, false, false, false]); // prettier-ignore
    assert.equal(layout.shapes![0].y0, 12.5);
    assert.equal(layout.annotations![0].text, 'here (dotted: chance)');
  });
});

/** The same without the keys that JSON leaves out. Anything but plain objects and lists is unchanged. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const kept = Object.entries(value).filter(([, held]) => held !== undefined);
  return Object.fromEntries(kept.map(([key, held]) => [key, withoutUndefined(held)]));
}
