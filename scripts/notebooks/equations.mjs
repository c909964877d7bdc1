import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import katex from 'katex';
import { nodeModules } from '../setup/paths.mjs';

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

  /** The page with its equations rendered and inserted, and the styles that they need. */
  putInto(page) {
    if (this.#drawn.length === 0) return page;
    const filled = page.replace(/<[^>]*>|xkdEquation(\d+)End/g, (piece, number) =>
      number === undefined ? piece.replace(/xkdEquation\d+End/g, '') : this.#drawn[number],
    );
    return filled.replace('</head>', () => `<style>${style()}</style>\n</head>`);
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

/** KaTeX's style sheet with its fonts embedded, so that nothing is loaded. */
function style() {
  const folder = join(nodeModules, 'katex', 'dist');
  const css = readFileSync(join(folder, 'katex.min.css'), 'utf8');
  return css.replace(/src:url\(([^)]*\.woff2)\)[^;}]*/g, (_, font) => {
    const base64 = readFileSync(join(folder, font)).toString('base64');
    return `src:url(data:font/woff2;base64,${base64}) format("woff2")`;
  });
}
