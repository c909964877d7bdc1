'use strict';

const { createPictures, figureWithoutPicture, withPicture } = require('./pictures.cjs');

/**
 * Puts a picture beside each figure of a cell, in the state in which the cell leaves it. A page of JupyterLab is not kept
 * waiting: it draws figures itself, and gets the pictures for its file afterwards. Others take what there is at a cell's end.
 */
class FigurePictures {
  #pictures = createPictures();
  /** What the running cell shows, by the display's id. */
  #shown = new Map();
  #publish;
  #waits;

  /**
   * @param publish sends a message about a request to all front ends
   * @param waits whether a cell ends only when its pictures are drawn
   */
  constructor({ publish, waits }) {
    this.#publish = publish;
    this.#waits = waits;
  }

  begin() {
    this.#shown = new Map();
  }

  hear(_request, type, content) {
    if (type !== 'display_data' && type !== 'update_display_data') return;
    const id = content.transient.display_id;
    if (figureWithoutPicture(content) === undefined) this.#shown.delete(id);
    else this.#shown.set(id, content);
  }

  end(request) {
    const drawn = this.#drawAll(request, this.#shown);
    return this.#waits ? drawn : undefined;
  }

  async #drawAll(request, shown) {
    const drawn = await Promise.all(
      [...shown].map(async ([id, content]) => [
        id,
        content,
        await this.#pictures.draw(figureWithoutPicture(content)),
      ]),
    );
    for (const [id, content, picture] of drawn) {
      // A figure that was drawn anew meanwhile gets the picture of its newer state.
      if (picture === null || shown.get(id) !== content) continue;
      const output = withPicture(content, picture);
      this.#publish(request, 'update_display_data', { ...output, transient: content.transient });
    }
  }

  close() {
    this.#pictures.close();
  }
}

module.exports = { FigurePictures };
