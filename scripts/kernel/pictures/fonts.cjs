'use strict';

const { dirname, join } = require('node:path');
const { Resvg } = require('@resvg/resvg-js');

const folder = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
const family = 'DejaVu Sans Condensed';
/** About as wide as the fonts that browsers take, with Greek letters, arrows and signs of mathematics. */
const fonts = {
  fontFiles: ['', '-Bold', '-Oblique', '-BoldOblique'].map((style) =>
    join(folder, `DejaVuSansCondensed${style}.ttf`),
  ),
  loadSystemFonts: false,
  defaultFontFamily: family,
  sansSerifFamily: family,
};
/** What lines are high above and below their baseline, in shares of the font's size. */
const ascent = 0.928;
const descent = 0.236;

/** Fonts for a text or a drawing; those of the system, too, where it has letters that ours lack. */
function fontsFor(text) {
  return /[\u2e80-\uffff]/.test(text) ? { ...fonts, loadSystemFonts: true } : fonts;
}

const known = new Map();

/**
 * How wide a piece of a line is, in shares of the font's size.
 *
 * @param {string} text
 * @param {{ weight?: string, style?: string }} face
 */
function textWidth(text, { weight = 'normal', style = 'normal' }) {
  const key = `${weight} ${style} ${text}`;
  if (!known.has(key)) known.set(key, inkWidth(`|${text}|`, weight, style) - inkWidth('||', weight, style));
  return known.get(key);
}

/** Ink begins and ends at the same place of the first and the last letter, whatever stands between them. */
function inkWidth(text, weight, style) {
  const size = 100;
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size * (text.length + 2)}" height="${2 * size}">
    <text xml:space="preserve" y="${size}" font-size="${size}" font-weight="${weight}" font-style="${style}">${escaped}</text>
  </svg>`;
  return (new Resvg(svg, { font: fontsFor(text) }).getBBox()?.width ?? 0) / size;
}

module.exports = { fontsFor, textWidth, ascent, descent };
