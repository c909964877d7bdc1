import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { courseNotebooks, nameOf, openingOf, readNotebook } from './files.mjs';
import { notebookPage } from './page.mjs';

const style = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.7rem; }
  ol { list-style: none; padding: 0; }
  li { border-top: 1px solid #8886; padding: 0.8rem 0; }
  li a { font-weight: 600; font-size: 1.1rem; }
  li p { margin: 0.2rem 0; }
  .time { opacity: 0.75; font-size: 0.9rem; }`;

/**
 * Writes a notebook's page into the site's folder, with links to its neighbours.
 *
 * @param notebook with its outputs
 * @param siblings names of all notebooks of the site, in order
 * @returns path of the page
 */
export function writePage(folder, name, notebook, siblings) {
  const page = join(folder, `${name}.html`);
  const place = siblings.indexOf(name);
  const link = (to, text) => (to === undefined ? '' : `<a href="${to}.html">${text}</a>`);
  const links = [
    link('index', 'all notebooks'),
    link(siblings[place - 1], `&larr; ${siblings[place - 1]}`),
    link(siblings[place + 1], `${siblings[place + 1]} &rarr;`),
  ].filter(Boolean);
  const head = `<nav style="padding: 8px 16px; font: 14px sans-serif">${links.join(' &nbsp;·&nbsp; ')}</nav>`;
  writeFileSync(page, notebookPage(notebook, { title: openingOf(notebook).title || name, head }));
  return page;
}

/** Names of the notebooks that have, or are about to have, a page in a folder, in the order of the course. */
export function siteNames(folder, added) {
  const pages = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.html')) : [];
  const names = new Set([...pages.map((page) => page.slice(0, -5)), ...added]);
  const course = courseNotebooks().map(nameOf);
  const others = [...added].filter((name) => !course.includes(name));
  return [...course.filter((name) => names.has(name)), ...others];
}

/**
 * Writes the index page: title, question and run time of each notebook.
 *
 * @param files files of the notebooks with their outputs, by name
 * @returns path of the page
 */
export function writeIndex(folder, files) {
  const items = [...files].map(([name, file]) => {
    const notebook = readNotebook(file);
    const { title, question, runTime } = openingOf(notebook);
    const times = [runTime, measured(notebook.metadata.xkd)].filter(Boolean).join(' ');
    return `<li><a href="${name}.html">${name.slice(0, 2)} · ${html(title)}</a>
<p>${html(question)}</p><p class="time">Run time: ${html(times)}</p></li>`;
  });
  const page = join(folder, 'index.html');
  const text = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>XKD notebooks</title><style>${style}</style></head>
<body><h1>XKD notebooks</h1>
<p>Cross-modal knowledge distillation for video (Sarkar and Etemad, AAAI 2024), as a course in TypeScript. Figures can be
turned, zoomed and pointed at here as well; to change and run the code, open the project.</p>
<ol>
${items.join('\n')}
</ol></body></html>
`;
  writeFileSync(page, text);
  return page;
}

function measured(run) {
  if (run === undefined) return '';
  return `This page's run took ${duration(run.seconds)}${run.fast ? ', in fast mode: figures without meaning' : ''}.`;
}

/** Formats a duration, such as `3 min 5 s`. */
export function duration(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function html(text) {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replace(/`([^`]+)`/g, '<code>$1</code>').replace(/\*\*?([^*]+)\*\*?/g, '<b>$1</b>');
}
