'use strict';

const { readFileSync } = require('node:fs');
const { compileFunction } = require('node:vm');
const { parseHTML } = require('linkedom');
const { Canvas } = require('./canvas.cjs');
const { boxOf } = require('./textBox.cjs');

let plotly;

/** plotly.js in a page without a browser, with the browser features that it needs to draw static pictures. */
function plotlyPage() {
  return (plotly ??= load());
}

function load() {
  const window = parseHTML('<!DOCTYPE html><html><head></head><body></body></html>');
  const { document, Element, SVGElement, HTMLElement } = window;
  for (const kind of [Element, SVGElement]) kind.prototype.getBoundingClientRect = place;
  Object.defineProperties(SVGElement.prototype, drawingParts);
  const create = document.createElement.bind(document);
  document.createElement = (name, options) => (name === 'canvas' ? new Canvas() : create(name, options));
  const given = {
    /** Pictures are drawn pixel by pixel, not enlarged by the renderer, which would blur them. */
    CSS: { supports: () => false },
    XMLSerializer: class {
      serializeToString(node) {
        return node.toString();
      }
    },
    /** Only the element's own style. */
    getComputedStyle: (element) => element.style,
    requestAnimationFrame: (draw) => setTimeout(draw, 0),
  };
  Object.assign(window, given);
  const { navigator, DOMParser } = window;
  const globals = {
    ...given,
    window,
    self: window,
    document,
    navigator,
    DOMParser,
    Element,
    SVGElement,
    HTMLElement,
  };
  const script = readFileSync(require.resolve('plotly.js-dist-min/plotly.min.js'), 'utf8');
  compileFunction(script, Object.keys(globals)).apply(window, Object.values(globals));
  return window.Plotly;
}

function place() {
  return boxOf(this, true);
}

/** Methods of SVG elements in a browser. */
const drawingParts = {
  nodeName: {
    get() {
      return this.localName;
    },
  },
  getBBox: {
    value() {
      return boxOf(this, false);
    },
  },
  getTotalLength: {
    value() {
      const [from, to] = ends(this);
      return Math.hypot(to.x - from.x, to.y - from.y);
    },
  },
  getPointAtLength: {
    value(length) {
      const [from, to] = ends(this);
      const share = length / this.getTotalLength() || 0;
      return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
    },
  },
};

/** End points of a path whose length is requested: an arrow's straight line. */
function ends(path) {
  const numbers = path
    .getAttribute('d')
    .match(/-?[\d.]+(?:e-?\d+)?/g)
    .map(Number);
  return [
    { x: numbers[0], y: numbers[1] },
    { x: numbers.at(-2), y: numbers.at(-1) },
  ];
}

module.exports = { plotlyPage };
