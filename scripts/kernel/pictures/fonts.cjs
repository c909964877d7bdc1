'use strict';

const { dirname, join } = require('node:path');
const { Resvg } = require('@resvg/resvg-js');

const folder = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
const family = 'DejaVu Sans Condensed';
/** Fonts about as wide as those of browsers, with Greek letters, arrows and mathematical symbols. */
const fonts = {
  fontFiles: ['', '-Bold', '-Oblique', '-BoldOblique'].map((style) =>
    join(folder, `DejaVuSansCondensed${style}.ttf`),
  ),
  loadSystemFonts: false,
  defaultFontFamily: family,
  sansSerifFamily: family,
};
/** Height of lines above and below their baseline, as a share of the font size. */
const ascent = 0.928;
const descent = 0.236;

/** Fonts for a text or a drawing; includes those of the system if they have characters that ours lack. */
function fontsFor(text) {
  return /[\u2e80-\uffff]/.test(text) ? { ...fonts, loadSystemFonts: true } : fonts;
}

const known = new Map();

/**
 * Width of a piece of a line, as a share of the font size.
 *
 * @param {string} text
 * @param {{ weight?: string, style?: string }} face
 */
function textWidth(text, { weight = 'normal', style = 'normal' }) {
  const key = `${weight} ${style} ${text}`;
  if (!known.has(key)) known.set(key, inkWidth(`|${text}|`, weight, style) - inkWidth('||', weight, style));
  return known.get(key);
}

/** The ink begins and ends at fixed positions in the first and the last letter, whatever is between them. */
function inkWidth(text, weight, style) {
  const size = 100;
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size * (text.length + 2)}" height="${2 * size}">
    <text xml:space="preserve" y="${size}" font-size="${size}" font-weight="${weight}" font-style="${style}">${escaped}</text>
  </svg>`;
  return (new Resvg(svg, { font: fontsFor(text) }).getBBox()?.width ?? 0) / size;
}

module.exports = { fontsFor, textWidth, ascent, descent };
