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
 * @param {number} mostWidth of the picture [px]; figures without a width of their own are so wide
 * @returns {Promise<import('../pictures.cjs').Picture>}
 */
async function draw(figure, mostWidth) {
  const { data, layout = {} } = withoutScenes(figure);
  const width = layout.width ?? mostWidth;
  const height = layout.height ?? defaultHeight;
  const svg = await plotlyPage().toImage(
    { data, layout: { ...layout, width, height }, config: { staticPlot: true } },
    { format: 'svg', imageDataOnly: true, width, height },
  );
  return picture(tidied(svg), Math.min(width, mostWidth), layout.images?.length > 0);
}

/** Few colours are few bytes: enough for curves and scales of colours. */
const fewColours = 64;
/** Beside coloured frames, text takes on their hue if there are fewer. */
const manyColours = 128;
/** What a picture in many colours may take. */
const mostBytes = 40_000;

/** Pixels on white, in few colours. */
function picture(svg, width, hasFrames) {
  const image = new Resvg(svg, {
    fitTo: { mode: 'width', value: width },
    background: 'white',
    font: fontsFor(svg),
  }).render();
  const { buffer, byteOffset, byteLength } = image.pixels;
  const pixels = buffer.slice(byteOffset, byteOffset + byteLength);
  const encoded = (colours) => UPNG.encode([pixels], image.width, image.height, colours);
  let png = encoded(hasFrames ? manyColours : fewColours);
  if (hasFrames && png.byteLength > mostBytes) png = encoded(fewColours);
  return { png: Buffer.from(png).toString('base64'), width: image.width, height: image.height };
}

module.exports = { draw };
