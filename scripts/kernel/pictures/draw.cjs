'use strict';

const { Resvg } = require('@resvg/resvg-js');
const UPNG = require('upng-js');
const { fontsFor } = require('./fonts.cjs');
const { withoutScenes } = require('./projection.cjs');
const { plotlyPage } = require('./page.cjs');
const { tidied } = require('./tidy.cjs');

const defaultHeight = 360;

/**
 * @param {import('../pictures.cjs').Figure} figure
 * @param {number} most width of the picture [px], and of the figure if it says none
 * @returns {Promise<import('../pictures.cjs').Picture>}
 */
async function draw(figure, most) {
  const { data, layout = {} } = withoutScenes(figure);
  const width = layout.width ?? most;
  const height = layout.height ?? defaultHeight;
  const svg = await plotlyPage().toImage(
    { data, layout: { ...layout, width, height }, config: { staticPlot: true } },
    { format: 'svg', imageDataOnly: true, width, height },
  );
  return picture(tidied(svg), Math.min(width, most));
}

/** Enough for curves, frames and scales of colours alike; 256 would take up to twice the bytes. */
const paletteSize = 64;

/** Pixels on white, in few colours. */
function picture(svg, width) {
  const image = new Resvg(svg, {
    fitTo: { mode: 'width', value: width },
    background: 'white',
    font: fontsFor(svg),
  }).render();
  const { buffer, byteOffset, byteLength } = image.pixels;
  const png = UPNG.encode(
    [buffer.slice(byteOffset, byteOffset + byteLength)],
    image.width,
    image.height,
    paletteSize,
  );
  return { png: Buffer.from(png).toString('base64'), width: image.width, height: image.height };
}

module.exports = { draw };
