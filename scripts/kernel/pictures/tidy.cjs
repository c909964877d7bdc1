'use strict';

const { DOMParser } = require('linkedom');

/**
 * A drawing of Plotly's without what the renderer of SVG gets wrong: it drops a style from its first empty property on,
 * and cuts what is see-through as a group where it goes far beyond the page.
 */
function tidied(svg) {
  const drawing = new DOMParser().parseFromString(withoutEmptyStyles(svg), 'image/svg+xml');
  for (const trace of drawing.querySelectorAll('g.trace')) {
    const share = parseFloat(trace.style.getPropertyValue('opacity'));
    if (!(share < 1)) continue;
    trace.style.setProperty('opacity', '1');
    for (const path of trace.querySelectorAll('path')) {
      for (const kind of ['stroke-opacity', 'fill-opacity']) {
        const own = parseFloat(path.style.getPropertyValue(kind) || '1');
        path.style.setProperty(kind, String(share * own));
      }
    }
  }
  return drawing.documentElement.toString();
}

function withoutEmptyStyles(svg) {
  return svg.replace(/style="[^"]*"/g, (style) => style.replace(/[\w-]+:(?=[;"])/g, ''));
}

module.exports = { tidied };
