import assert from 'node:assert/strict';
import { figurePage, type Figure } from 'xkd/internal';
import type { Axis } from 'xkd/dist/figures/plotly';
import { pageScripts } from './pageScripts';
import { sampleFigures } from './sampleFigures';

const width = 390;

describe('a figure on a narrow page', function () {
  this.timeout(60_000);
  const { xkdFitFigure: fit, xkdIsFitted: isFitted } = pageScripts();
  let figures: Record<string, Figure>;
  before(() => (figures = sampleFigures()));
  const fitted = (name: string) => fit(figures[name], width);
  const axisOf = ({ layout }: Figure, key: string) => (layout as unknown as Record<string, Axis>)[key];

  it('is the same where there is room, and is never changed itself', () => {
    for (const [name, figure] of Object.entries(figures)) {
      assert.equal(fit(figure, 900), figure, name);
      const before = JSON.stringify(figure);
      fit(figure, width);
      assert.equal(JSON.stringify(figure), before, name);
    }
    assert.ok(isFitted(figures.methodFigure, 700), 'a fixed width does not fit');
    assert.ok(!isFitted(figures.lossesFigure, 700));
  });

  it('is no wider than the page, with its legend below', () => {
    for (const [name, figure] of Object.entries(figures)) {
      const { layout } = fit(figure, width);
      assert.ok((layout.width ?? 0) <= width, name);
      const { legend, showlegend } = layout;
      if (showlegend)
        assert.deepEqual([legend!.orientation, legend!.y, legend!.yanchor], ['h', 0, 'bottom'], name);
    }
  });

  it('has its panels below each other, each with names on its axes', () => {
    const figure = fitted('ablationFigure');
    assert.deepEqual(Array.from(axisOf(figure, 'xaxis2').domain!), [0, 1]);
    const [first, second] = ['yaxis', 'yaxis2'].map((key) => axisOf(figure, key));
    assert.equal(first.domain![1], 1);
    assert.ok(second.domain![1] < first.domain![0] && second.domain![0] < 0.001);
    assert.deepEqual(Array.from(second.ticktext!), Array.from(first.ticktext!));
    assert.ok(figure.layout.height! > figures.ablationFigure.layout.height!);
  });

  it('keeps pictures in proportion, and what stands below them at its distance', () => {
    const [before, after] = [figures.maskRatioFigure, fit(figures.maskRatioFigure, 300)].map(({ layout }) => {
      const { l = 0, r = 0, t = 0, b = 0 } = layout.margin!;
      const [across, down] = [layout.width! - l - r, layout.height! - t - b];
      return { proportion: across / down, slider: layout.sliders![0].y! * down };
    });
    assert.ok(Math.abs(after.proportion / before.proportion - 1) < 0.02);
    assert.ok(Math.abs(after.slider - before.slider) < 1);
  });

  it('breaks titles, names of rows and of curves into lines', () => {
    for (const [name, { layout, data }] of Object.entries(figures).map(
      ([each]) => [each, fitted(each)] as const,
    )) {
      const lines = (layout.title?.text ?? '').split('<br>');
      for (const line of lines)
        assert.ok(line.length * 7.6 <= width - 100 || !line.includes(' '), `${name}: ${line}`);
      for (const { name: curve = '' } of data) {
        for (const line of curve.split('<br>')) assert.ok(line.length <= 56, `${name}: ${line}`);
      }
    }
    assert.match(fitted('resultsFigure').layout.yaxis!.ticktext![0], /<br>/);
  });

  it('has a list in place of buttons that are too many for a row', () => {
    assert.deepEqual(
      ['figureChoice', 'sharingFigure'].map((name) => fitted(name).layout.updatemenus![0].type),
      ['dropdown', 'buttons'],
    );
  });
});

describe('a page with a figure', () => {
  it('draws it as notebooks do', () => {
    const page = figurePage({
      title: 'page',
      figure: { data: [], layout: { meta: { alt: 'a </script> text' } } },
    });
    for (const name of ['xkdFitFigure', 'xkdDrawFigure', 'xkdClipPanel'])
      assert.ok(page.includes(name), name);
    assert.equal(page.split('a </script> text').length, 1);
  });
});
