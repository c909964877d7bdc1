'use strict';

const { createPictures, figureWithoutPicture, withPicture } = require('./pictures.cjs');

/**
 * Adds a picture to each figure of a cell, in the figure's state at the end of the cell. A JupyterLab page does not
 * have to wait: it draws figures itself, and receives the pictures for its file afterwards. Other front ends take the
 * outputs that exist at the end of a cell.
 */
class FigurePictures {
  #pictures = createPictures();
  /** Figures shown by the running cell, by display id. */
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
      // A figure that was redrawn in the meantime gets the picture of its newer state.
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
