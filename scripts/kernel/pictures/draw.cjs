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
 * @param {number} mostWidth maximum width of the picture [px], and the width of figures without their own
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

/** Few colours take few bytes: enough for curves and colour scales. */
const fewColours = 64;
/** With fewer colours, text beside coloured frames takes on their hue. */
const manyColours = 128;
/** Maximum size of a picture in many colours. */
const mostBytes = 40_000;

/** Pixels on a white background, in few colours. */
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
