'use strict';

const { textWidth, ascent, descent } = require('./fonts.cjs');

/** As in SVG: `x' = a x + c y + e`, `y' = b x + d y + f`. */
const identity = [1, 0, 0, 1, 0, 0];

/**
 * Bounding box of an element's text on the page. Plotly knows the sizes of everything else that it draws.
 *
 * @param {boolean} onPage whether the transforms of the element and its ancestors count
 */
function boxOf(element, onPage) {
  const corners = [];
  gather(element, onPage ? placeOf(element) : identity, corners);
  if (corners.length === 0) corners.push([0, 0]);
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { left, right, top, bottom, x: left, y: top, width: right - left, height: bottom - top };
}

/** Collects the corners of all lines of text in an element. */
function gather(element, place, corners) {
  if (displayOf(element) === 'none') return;
  if (element.localName === 'text') {
    const lines = [...element.children].filter((child) => child.classList.contains('line'));
    for (const line of lines.length > 0 ? lines : [element])
      corners.push(...lineCorners(line, element, place));
    return;
  }
  for (const child of element.children) gather(child, times(place, transformOf(child)), corners);
}

function lineCorners(line, text, place) {
  if (line.textContent === '') return [];
  const size = fontOf(line).size;
  const width = widthOf(line);
  const left = { middle: 0.5, end: 1 }[inherited(line, 'text-anchor')] ?? 0;
  const from = number(line, 'x', number(text, 'x', 0)) - left * width;
  const baseline = number(line, 'y', number(text, 'y', 0)) + size * number(line, 'dy', 0);
  const [top, bottom] = [baseline - ascent * size, baseline + descent * size];
  return [
    [from, top],
    [from + width, top],
    [from, bottom],
    [from + width, bottom],
  ].map(([x, y]) => [place[0] * x + place[2] * y + place[4], place[1] * x + place[3] * y + place[5]]);
}

/** Pieces of a line may differ in size and typeface. */
function widthOf(element) {
  const font = fontOf(element);
  return [...element.childNodes].reduce(
    (sum, child) => sum + (child.nodeType === 3 ? font.size * textWidth(child.data, font) : widthOf(child)),
    0,
  );
}

function fontOf(element) {
  return {
    size: sizeOf(element),
    weight: inherited(element, 'font-weight'),
    style: inherited(element, 'font-style'),
  };
}

/** Font size [px]. */
function sizeOf(element) {
  const own = styleOf(element, 'font-size');
  if (own?.endsWith('%')) return (parseFloat(own) / 100) * sizeOf(element.parentNode);
  if (own) return parseFloat(own);
  return element.parentNode?.getAttribute ? sizeOf(element.parentNode) : 12;
}

function inherited(element, name) {
  for (let at = element; at?.getAttribute; at = at.parentNode) {
    const value = styleOf(at, name);
    if (value) return value;
  }
  return undefined;
}

function styleOf(element, name) {
  return element.style?.getPropertyValue(name) || element.getAttribute(name) || undefined;
}

function displayOf(element) {
  return styleOf(element, 'display');
}

function number(element, name, missing) {
  const value = parseFloat(element.getAttribute(name));
  return Number.isFinite(value) ? value : missing;
}

/** Transform from an element's coordinates to the page's. */
function placeOf(element) {
  const parent = element.parentNode;
  return times(parent?.getAttribute ? placeOf(parent) : identity, transformOf(element));
}

function transformOf(element) {
  const text = element.getAttribute('transform') ?? '';
  return [...text.matchAll(/(\w+)\(([^)]*)\)/g)].reduce(
    (place, [, name, values]) => times(place, transform(name, values.split(/[\s,]+/).map(Number))),
    identity,
  );
}

function transform(name, [first = 0, second, third = 0]) {
  if (name === 'translate') return [1, 0, 0, 1, first, second ?? 0];
  if (name === 'scale') return [first, 0, 0, second ?? first, 0, 0];
  if (name !== 'rotate') return identity;
  const [cos, sin] = [Math.cos((first * Math.PI) / 180), Math.sin((first * Math.PI) / 180)];
  const turn = [cos, sin, -sin, cos, 0, 0];
  const [x, y] = [second ?? 0, third];
  return times(times([1, 0, 0, 1, x, y], turn), [1, 0, 0, 1, -x, -y]);
}

function times([a, b, c, d, e, f], [g, h, i, j, k, l]) {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

module.exports = { boxOf };
