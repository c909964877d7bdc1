import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { liveFigure, matrixFigure, progressBar, show, showTable, showVideo, tick } from 'xkd';
import { progressLine } from 'xkd/dist/notebook/progressBar';
import { captureDisplays } from './captureDisplays';

const figureType = 'application/vnd.plotly.v1+json';
const figure = (value: number) => matrixFigure({ values: [value], columns: 1, title: 'a <b>title</b>' });

describe('display', () => {
  it('hands the figure over as an object, with words for front ends that cannot draw', async () => {
    const [shown] = await captureDisplays(() => show(Promise.resolve(figure(1))));
    assert.deepEqual(shown.data[figureType], figure(1));
    const { alt } = figure(1).layout.meta;
    assert.equal(shown.data['text/plain'], `Figure: a title. ${alt}`);
    assert.equal(shown.id, undefined);
  });

  it('does nothing outside a notebook', async () => {
    assert.equal(await show(figure(1)), undefined);
    const live = liveFigure(figure(1));
    live.update(figure(2));
    live.finish();
    const bar = progressBar(3, 'steps');
    bar.advance();
    bar.finish();
  });

  it('redraws a live figure in place, not too often, and the newest at last', async () => {
    let now = 0;
    let built = 0;
    const shown = await captureDisplays(() => {
      const live = liveFigure(figure(0), { intervalMs: 100, now: () => now });
      for (let step = 1; step <= 25; step++) {
        now += 10;
        live.update(() => {
          built++;
          return figure(step);
        });
      }
      live.finish();
    });
    const values = shown.map(
      ({ data }) => (data[figureType] as { data: { z: number[][] }[] }).data[0].z[0][0],
    );
    assert.deepEqual(values, [0, 10, 20, 25]);
    assert.equal(built, 3);
    assert.deepEqual(
      shown.map(({ update }) => update),
      [false, true, true, true],
    );
    assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
    assert.ok(shown[0].id);
  });

  it('draws what came too early when its time has come, though nothing else comes, and soon what is waited for', async () => {
    const values = await captureDisplays(async () => {
      const live = liveFigure(figure(0), { intervalMs: 60 });
      live.update(figure(1));
      await setTimeout(150);
      const far = liveFigure(figure(10), { intervalMs: 1e9 });
      far.update(figure(11));
      await setTimeout(150);
      far.update(figure(12), true);
      await setTimeout(150);
    });
    const drawn = values.map(
      ({ data }) => (data[figureType] as { data: { z: number[][] }[] }).data[0].z[0][0],
    );
    assert.deepEqual(drawn, [0, 1, 10, 12]);
  });

  it('counts steps of a run that goes on, but not for the rate', () => {
    const state = {
      label: 'training',
      unit: 'steps',
      note: '',
      total: 100,
      before: 50,
      done: 60,
      seconds: 5,
    };
    assert.match(progressLine(state), /60 % · 60\/100 steps · 2\.0\/s · 20 s left$/);
  });

  it('tells count, rate and time left in place', async () => {
    let now = 0;
    const shown = await captureDisplays(() => {
      const bar = progressBar(40, 'training', { unit: 'steps', intervalMs: 1000, now: () => now });
      for (let i = 0; i < 10; i++) {
        now += 500;
        bar.advance(`loss ${i}`);
      }
      bar.finish();
    });
    const last = String(shown[shown.length - 1].data['text/plain']);
    assert.match(last, /^training ━+─+ 25 % · 10\/40 steps · 2\.0\/s · 15 s left · loss 9$/);
    assert.equal(shown.length, 7);
  });

  it('tells the time taken in the end', () => {
    const state = { total: 200, label: 'decoding', unit: '', note: '', done: 200, seconds: 90 };
    assert.match(progressLine(state), /100 % · 200\/200 · 2\.2\/s · 1 min 30 s$/);
    assert.match(progressLine({ ...state, done: 0, seconds: 3 }), /0 % · 0\/200$/);
  });

  it('shows rows and data frames as tables, safely', async () => {
    const [rows, frame] = await captureDisplays(() => {
      showTable([{ name: '<i>', value: 1.23456 }, { name: 'b' }]);
      showTable({ columns: ['a'], values: [[1], [2], [3]] }, { rows: 2 });
    });
    const html = String(rows.data['text/html']);
    assert.ok(html.includes('&#60;i&#62;') && !html.includes('<i>'));
    assert.ok(html.includes('>1.235</td>'));
    assert.ok(String(frame.data['text/html']).includes('and 1 more row<'));
  });

  it('refuses to play what is missing or too large for a notebook', () => {
    assert.throws(() => showVideo('nowhere.mp4'), { name: 'UserError', message: /no file nowhere\.mp4/ });
    assert.throws(() => showVideo(process.execPath), { name: 'UserError', message: /kB; a player/ });
  });

  it('lets waiting messages through', async () => {
    let heard = false;
    setImmediate(() => (heard = true));
    await tick();
    assert.ok(heard);
  });
});
