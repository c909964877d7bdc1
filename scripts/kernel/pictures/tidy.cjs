'use strict';

const { DOMParser } = require('linkedom');

/** A Plotly drawing, adapted to the SVG renderer. */
function tidied(svg) {
  const drawing = new DOMParser().parseFromString(withoutEmptyStyles(svg), 'image/svg+xml');
  for (const trace of drawing.querySelectorAll('g.trace')) fadeParts(trace);
  for (const image of drawing.querySelectorAll('image')) sharpen(image);
  return drawing.documentElement.toString();
}

/**
 * A transparent group would be cut off if it extends far beyond the page, so its parts are made transparent one by one.
 */
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

/** The renderer drops a style from its first empty property on. */
function withoutEmptyStyles(svg) {
  return svg.replace(/style="[^"]*"/g, (style) => style.replace(/[\w-]+:(?=[;"])/g, ''));
}

module.exports = { tidied };
