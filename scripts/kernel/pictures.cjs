'use strict';

const { fork } = require('node:child_process');
const { join } = require('node:path');

const pngType = 'image/png';
const figureType = 'application/vnd.plotly.v1+json';

/**
 * @typedef {{ data: object[], layout?: object, config?: object }} Figure Plotly's JSON
 * @typedef {{ png: string, width: number, height: number }} Picture in base64, with its size on the page [px]
 */

/**
 * Draws Plotly figures as PNG, for pages without Plotly. A separate process draws them, so that a training cell runs
 * on; it starts with the first figure and ends after a while without work, or with this process. For a figure that
 * cannot be drawn the result is null, never an error.
 *
 * @param {{ idleMs?: number, limitMs?: number }} [args] `limitMs`: maximum time for one figure
 * @returns {{ draw(figure: Figure, args?: { width?: number }): Promise<Picture | null>, close(): void }} `width`:
 * default and maximum width of figures [px]
 */
function createPictures({ idleMs = 20_000, limitMs = 60_000 } = {}) {
  /** The drawing process, with its pending requests: `{ number: resolve }`. */
  let artist = null;
  let drawn = 0;

  function begin() {
    const child = fork(join(__dirname, 'pictures', 'process.cjs'), {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const mine = { child, waiting: new Map(), idle: null };
    const over = () => end(mine);
    child.on('message', ({ number, picture }) => mine.waiting.get(number)?.(picture));
    child.on('error', over).on('exit', over);
    return mine;
  }

  function end(mine) {
    clearTimeout(mine.idle);
    if (artist === mine) artist = null;
    mine.child.kill('SIGKILL');
    for (const resolve of [...mine.waiting.values()]) resolve(null);
  }

  /** Only a figure that is being drawn keeps this process alive. */
  function hold(mine, busy) {
    for (const handle of [mine.child, mine.child.channel]) busy ? handle?.ref() : handle?.unref();
    clearTimeout(mine.idle);
    if (!busy) mine.idle = setTimeout(end, idleMs, mine).unref();
  }

  function draw(figure, { width = 720 } = {}) {
    return new Promise((resolve) => {
      const mine = (artist ??= begin());
      const number = drawn++;
      const limit = setTimeout(end, limitMs, mine);
      mine.waiting.set(number, (picture) => {
        clearTimeout(limit);
        mine.waiting.delete(number);
        if (mine.waiting.size === 0) hold(mine, false);
        resolve(picture);
      });
      hold(mine, true);
      mine.child.send({ number, figure, width }, (failure) => failure && end(mine));
    });
  }

  return { draw, close: () => artist && end(artist) };
}

/**
 * An output with a picture added to its figure. Front ends show the richest type they support: JupyterLab the figure,
 * an export or a code host the picture.
 *
 * @param {{ data: object, metadata?: object }} output its media types, and their metadata
 * @param {Picture | null} picture
 */
function withPicture({ data, metadata = {} }, picture) {
  if (!picture) return { data, metadata };
  const { png, width, height } = picture;
  return { data: { ...data, [pngType]: png }, metadata: { ...metadata, [pngType]: { width, height } } };
}

/** The figure of an output that has no picture yet. */
function figureWithoutPicture({ data }) {
  return data[pngType] ? undefined : data[figureType];
}

module.exports = { createPictures, withPicture, figureWithoutPicture };
