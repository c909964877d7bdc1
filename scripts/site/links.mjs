import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from '../setup/paths.mjs';

/** Links of documents, which lead to files of the project, as links between pages. */
export class Links {
  #pages;
  #names;
  #pictures = new Set();

  constructor(pages) {
    this.#pages = new Map(pages.map((page) => [page.source, page]));
    this.#names = new Map(pages.flatMap((page) => (page.definition ? [[page.name, page]] : [])));
  }

  /**
   * Where a link leads from a page, relative to it; null if the site has no such page.
   *
   * @param text of the link: a link to a file of code leads to the reference of the name that is its text
   */
  target(href, page, text = '') {
    if (/^([a-z]+:|#)/.test(href)) return href;
    const [path, heading] = href.split('#');
    const source = posix.join(posix.dirname(page.source), path).replace(/\/$/, '');
    const there = this.#pages.get(source) ?? this.#reference(source, text);
    if (there === undefined) return null;
    const url = posix.relative(posix.dirname(page.url), there.url);
    return heading ? `${url}#${heading}` : url;
  }

  #reference(source, text) {
    const page = this.#names.get(text);
    return page?.definition === source ? page : undefined;
  }

  /** Where a picture of a page is, relative to it; it becomes one of `pictures`. */
  picture(src, page) {
    if (/^[a-z]+:/.test(src)) return src;
    const name = posix.join(posix.dirname(page.source), src);
    if (!existsSync(join(root, name)) || !statSync(join(root, name)).isFile())
      throw new Error(`${page.source} shows ${src}, which does not exist.`);
    this.#pictures.add(name);
    return posix.relative(posix.dirname(page.url), name);
  }

  /** The pictures that pages show, by their paths in the project, which are those in the site. */
  pictures() {
    return [...this.#pictures];
  }
}
