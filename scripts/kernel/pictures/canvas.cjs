'use strict';

const UPNG = require('upng-js');

/** The part of a browser's canvas that heat maps need: rectangles of one colour, and the picture as a data URI. */
class Canvas {
  width = 300;
  height = 150;
  fillStyle = 'rgba(0,0,0,1)';
  style = {};
  #pixels;

  /** Returns itself for 2D; nothing for 3D. */
  getContext(kind) {
    return kind === '2d' ? this : null;
  }

  fillRect(left, top, width, height) {
    const [red, green, blue, alpha = 1] = this.fillStyle.match(/[\d.]+/g).map(Number);
    const colour = [red, green, blue, Math.round(255 * alpha)];
    const pixels = this.#area();
    const [x0, x1] = within(left, width, this.width);
    const [y0, y1] = within(top, height, this.height);
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) pixels.set(colour, 4 * (y * this.width + x));
    }
  }

  createImageData(width, height) {
    return { width, height, data: new Uint8ClampedArray(4 * width * height) };
  }

  /** For image data as large as the canvas. */
  putImageData({ data }) {
    this.#area().set(data);
  }

  toDataURL() {
    const png = UPNG.encode([this.#area().buffer], this.width, this.height, 0);
    return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  }

  #area() {
    return (this.#pixels ??= new Uint8Array(4 * this.width * this.height));
  }
}

function within(start, length, most) {
  const [from, to] = [start, start + length].sort((a, b) => a - b);
  return [Math.max(0, Math.round(from)), Math.min(most, Math.round(to))];
}

module.exports = { Canvas };
