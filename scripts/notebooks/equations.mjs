import katex from 'katex';

/**
 * The equations of a page. While the page is generated from Markdown, each is replaced by a placeholder that Markdown
 * leaves alone: otherwise `_` and `*` in it would be read as emphasis.
 */
export class Equations {
  #drawn = [];

  /** Markdown with its equations replaced by placeholders, except in code. */
  takenFrom(markdown) {
    return markdown
      .split(/(```[\s\S]*?```|`[^`]*`)/)
      .map((part, i) => (i % 2 ? part : part.replace(equation, (_, ...parts) => this.#take(...parts))))
      .join('');
  }

  /** The page with its equations rendered and inserted; they need the styles of `assets.mjs`. */
  putInto(page) {
    return page.replace(/<[^>]*>|xkdEquation(\d+)End/g, (piece, number) =>
      number === undefined ? piece.replace(/xkdEquation\d+End/g, '') : this.#drawn[number],
    );
  }

  #take(display, inline) {
    const options = { displayMode: display !== undefined, output: 'htmlAndMathml', throwOnError: true };
    const drawn = katex.renderToString((display ?? inline).trim(), options);
    /** MathML is for screen readers; the source annotation in it is not needed. */
    const place = this.#drawn.push(drawn.replace(/<annotation[\s\S]*?<\/annotation>/g, '')) - 1;
    return `xkdEquation${place}End`;
  }
}

/** Between double dollars, or between single ones on a line. */
const equation = /\$\$([\s\S]+?)\$\$|\$([^$\n]+?)\$/g;
