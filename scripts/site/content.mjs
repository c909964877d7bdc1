import { parseHTML } from 'linkedom';

/**
 * The content of a page made fit for the site, its headings for the list beside it, and its text for search: `{ html,
 * headings, sections }`.
 */
export function finishedContent(html, page, links) {
  const { document } = parseHTML(`<!DOCTYPE html><html><body>${html}</body></html>`);
  const { body } = document;
  const all = (selector) => [...body.querySelectorAll(selector)];
  for (const anchor of all('.anchor-link')) anchor.remove();
  nameHeadings(all('h1, h2, h3, h4, h5, h6'));
  for (const link of all('a[href]')) lead(link, page, links);
  for (const code of all(':not(pre, a) > code')) linkNotebook(code, page, links);
  for (const picture of all('img[src]'))
    picture.setAttribute('src', links.picture(picture.getAttribute('src'), page));
  for (const table of all('table')) putIntoScroller(table, document);
  for (const cell of all('th'))
    if (cell.textContent.trim() === '') cell.replaceWith(document.createElement('td'));
  for (const prompt of all('.prompt')) if (prompt.textContent.trim() === '') prompt.remove();
  const headings = all('h2').map((each) => ({ id: each.id, text: each.textContent.trim() }));
  return { html: body.innerHTML, headings, sections: sectionsOf(body) };
}

/** Headings without a name get that which GitHub gives them, so that links lead to them there and here. */
function nameHeadings(headings) {
  const seen = new Map();
  for (const heading of headings) {
    if (heading.id) continue;
    const name = githubName(heading.textContent);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    heading.id = before === 0 ? name : `${name}-${before}`;
  }
}

/** The name that GitHub gives to a heading. */
export function githubName(heading) {
  const words = heading.trim().toLowerCase();
  return words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}

/** A link to what the site does not have becomes its text. */
function lead(link, page, links) {
  const target = links.target(link.getAttribute('href'), page, link.textContent);
  if (target === null) link.replaceWith(...link.childNodes);
  else link.setAttribute('href', target);
}

/** The name of a notebook leads to its page. */
function linkNotebook(code, page, links) {
  const name = code.textContent;
  if (!/^\d\d_\w+$/.test(name) || page.source === `notebooks/${name}.ipynb`) return;
  const up = '../'.repeat(page.source.split('/').length - 1);
  const target = links.target(`${up}notebooks/${name}.ipynb`, page);
  if (target === null) return;
  const link = code.ownerDocument.createElement('a');
  link.setAttribute('href', target);
  code.replaceWith(link);
  link.append(code);
}

/** A wide table scrolls in a box of its own; the page does not. */
function putIntoScroller(table, document) {
  const box = document.createElement('div');
  box.className = 'scroll';
  table.replaceWith(box);
  box.append(table);
}

/** The text of a page by its sections, for search: `{ id, heading, text }` each. */
function sectionsOf(body) {
  const sections = [];
  const add = (node) => {
    const name = node.nodeName.toLowerCase();
    if (/^h[1-3]$/.test(name))
      sections.push({ id: name === 'h1' ? '' : node.id, heading: textOf(node), words: [] });
    else if (node.nodeType === 3) sections.at(-1)?.words.push(node.textContent);
    else if (!/^(script|style|svg|video|audio)$/.test(name)) for (const child of node.childNodes) add(child);
  };
  add(body);
  return sections.map(({ words, ...section }) => ({ ...section, text: plain(words.join(' ')) }));
}

function textOf(node) {
  return plain(node.textContent);
}

/** A text on one line, without the places of its equations. */
function plain(text) {
  return text
    .replace(/xkdEquation\d+End/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
