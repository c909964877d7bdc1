'use strict';

const { DOMParser } = require('linkedom');

/** A drawing of Plotly's as the renderer of SVG needs it. */
function tidied(svg) {
  const drawing = new DOMParser().parseFromString(withoutEmptyStyles(svg), 'image/svg+xml');
  for (const trace of drawing.querySelectorAll('g.trace')) fadeParts(trace);
  for (const image of drawing.querySelectorAll('image')) sharpen(image);
  return drawing.documentElement.toString();
}

/** What is see-through as a group would be cut where it goes far beyond the page: its parts are made so, each by itself. */
function fadeParts(trace) {
  const share = parseFloat(trace.style.getPropertyValue('opacity'));
  if (!(share < 1)) return;
  trace.style.setProperty('opacity', '1');
  for (const path of trace.querySelectorAll('path')) {
    for (const kind of ['stroke-opacity', 'fill-opacity']) {
      const own = parseFloat(path.style.getPropertyValue(kind) || '1');
      path.style.setProperty(kind, String(share * own));
    }
  }
}

/** Frames of few pixels, which are PNG, keep square pixels: sharp, and half the bytes. */
function sharpen(image) {
  const source = image.getAttribute('xlink:href') ?? image.getAttribute('href') ?? '';
  if (source.startsWith('data:image/png')) image.style.setProperty('image-rendering', 'optimizeSpeed');
}

/** A style is dropped from its first empty property on. */
function withoutEmptyStyles(svg) {
  return svg.replace(/style="[^"]*"/g, (style) => style.replace(/[\w-]+:(?=[;"])/g, ''));
}

module.exports = { tidied };
