import assert from 'node:assert/strict';
import * as xkd from 'xkd/internal';
import type { Figure } from 'xkd';
import type { Axis, Trace } from 'xkd/dist/figures/plotly';
import { colours, contenderColours, series } from 'xkd/dist/figures/theme';
import { contrast, textsOf } from './contrast';
import { pageScripts } from './pageScripts';
import { eightClasses, sampleFigures } from './sampleFigures';

const least = 4.5;

describe('looks of all figures', function () {
  this.timeout(60_000);
  let figures: [name: string, figure: Figure][];
  const page = pageScripts();
  before(() => (figures = Object.entries(sampleFigures())));

  it('are looked at for every figure function that there is', () => {
    const functions = Object.keys(xkd).filter(
      (name) => /^[a-z].*Figure$/.test(name) && name !== 'liveFigure',
    );
    const seen = new Set(figures.map(([name]) => name.split(',')[0]));
    assert.deepEqual(functions.filter((name) => !seen.has(name)), []); // prettier-ignore
    assert.ok(functions.length >= 30, `${functions.length}`);
  });

  it('have text of a contrast of at least 4.5 on light and on dark pages', () => {
    for (const [name, figure] of figures) {
      for (const [theme, shown] of [
        ['light', figure],
        ['dark', page.xkdOnDarkPage(figure)],
      ] as const) {
        // prettier-ignore
        for (const { what, colour, grounds } of textsOf(shown, theme)) {
          for (const ground of grounds) {
            const got = contrast(colour, ground);
            assert.ok(got >= least, `${name}, ${theme}: ${what}, ${colour} on ${ground} is ${got.toFixed(2)}`);
          }
        }
      }
    }
  });

  it('come from a palette that is legible on both pages', () => {
    const { ground, line, faint, stripe, ...inks } = colours;
    const dark = page.xkdOnDarkPage(ground);
    assert.deepEqual([ground, dark, line, faint].slice(0, 2), ['#ffffff', '#111111']);
    assert.notEqual(page.xkdOnDarkPage(stripe), stripe);
    for (const colour of new Set([...Object.values(inks), ...series, ...contenderColours])) {
      const partner = page.xkdOnDarkPage(colour);
      assert.notEqual(partner, colour, 'it has a partner');
      assert.ok(contrast(colour, ground) >= least, colour);
      assert.ok(contrast(partner, dark) >= least, partner);
      assert.equal(page.xkdOnDarkPage(`${colour}1f`), `${partner}1f`);
    }
  });

  it('tell what the legend names apart by more than colour', () => {
    for (const [name, { data }] of figures) {
      const named = data.filter(
        (trace) => trace.name && trace.showlegend !== false && trace.visible !== false,
      );
      const looks = named.map(lookOf);
      assert.equal(new Set(looks).size, looks.length, `${name}: ${looks.join(' ')}`);
    }
    for (const name of [
      'embeddingFigure',
      'clipSpaceFigure',
      'pointsOverStepsFigure',
      'scatterFigure',
      'curvesFigure',
    ]) {
      // prettier-ignore
      const { data } = figures.find(([each]) => each === name)![1];
      const classes = data.filter((trace) => trace.showlegend !== false).map((trace) => trace.name);
      assert.deepEqual(classes, eightClasses, name);
    }
  });

  it('name each axis that is shown, with its unit where it has one', () => {
    for (const [name, { data, layout }] of figures) {
      for (const key of axesOf(data)) {
        const axis = (layout as unknown as Record<string, Axis | undefined>)[key] ?? {};
        if (axis.visible === false) continue;
        const title = axis.title?.text ?? '';
        // Names need no title, and panels in a row share the title of the first.
        const isNamed =
          axis.type === 'category' || axis.ticktext !== undefined || axis.showticklabels === false;
        assert.ok(title !== '' || isNamed, `${name}: ${key} has no title`);
        if (title !== '') assert.equal(axis.title!.standoff, 8, `${name}: ${key}: labels run into the title`);
        if (
          /time|frequency|amplitude|top-1|memory|^difference|^gain|^result|^ours|entropy|distillation/.test(
            title,
          )
        ) {
          assert.match(title, /\[.+\]/, `${name}: ${key}`);
        }
      }
      for (const trace of data) {
        if (trace.type !== 'heatmap' || trace.showscale === false) continue;
        assert.ok(trace.colorbar?.title?.text, `${name}: a scale of colours without a title`);
      }
    }
  });

  it('have a text alternative with what they show', () => {
    for (const [name, { layout }] of figures) {
      const { alt } = layout.meta;
      assert.match(alt, /^[A-Z\d].{20,}[.]$/s, name);
      assert.doesNotMatch(alt, /undefined|null|NaN|Infinity|<br>|\.\./, `${name}: ${alt}`);
      assert.ok(alt.length < 900, `${name}: ${alt.length} characters`);
      assert.notEqual(alt, layout.title?.text);
      if (name !== 'methodFigure') assert.match(alt, /\d/, name);
    }
  });

  it('say in it what is highest and what is lowest, and how curves go', () => {
    const alt = (name: string) => figures.find(([each]) => each === name)![1].layout.meta.alt;
    assert.match(alt('confusionFigure'), /Most often glass is taken for plastic: 10 %/);
    assert.match(alt('barsFigure'), /video, untrained 40, .* audio, XKD 76; chance is at 12\.5/);
    assert.match(alt('lossesFigure'), /total from 3 to 1\.17, .*5 changes marked/);
    assert.match(alt('matrixFigure'), /highest at temperature 0\.06, output 1/);
    assert.match(alt('pairedSeedsFigure'), /mean difference is 14\.4 points, 95 % interval 8\.95 to 19\.9/);
  });

  it('keep titles, buttons, headings and legends in rows of their own', () => {
    for (const [name, { layout }] of figures) {
      const title = layout.title ? 36 : 0;
      const menus = layout.updatemenus?.length ? 26 : 0;
      const { legend } = layout;
      const above = legend?.orientation === 'h' && (legend.y ?? 0) >= 1 && !menus ? 24 : 0;
      assert.ok(layout.margin!.t! >= title + menus + above, `${name}: ${layout.margin!.t} pixels`);
      if (layout.title)
        assert.deepEqual([layout.title.yref, layout.title.yanchor], ['container', 'top'], name);
    }
  });
});

/** Properties of a trace's look other than its colour. */
function lookOf(trace: Trace): string {
  if (trace.type === 'bar') return JSON.stringify(trace.marker?.pattern?.shape ?? '');
  if (trace.type === 'heatmap') return 'heatmap';
  const { size, symbol } = trace.marker ?? {};
  return JSON.stringify([trace.mode, size, symbol, trace.type === 'scatter' && trace.line?.dash]);
}

function axesOf(data: readonly Trace[]): Set<string> {
  const keys = data.flatMap((trace) => {
    if (trace.type === 'scatter3d') return [];
    const { xaxis = 'x', yaxis = 'y' } = trace;
    return [`xaxis${xaxis.slice(1)}`, `yaxis${yaxis.slice(1)}`];
  });
  return new Set(keys);
}
