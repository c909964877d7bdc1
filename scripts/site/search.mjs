import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import MiniSearch from 'minisearch';
import { nodeModules } from '../setup/paths.mjs';

/** Shown below the name of what was found, unless the page says what it is about [characters]. */
const startLength = 160;

/**
 * What search needs in the browser. The index is a script, not data: pages that are files may load scripts, but fetch
 * nothing.
 *
 * @param pages with their `sections`, those of `content.mjs`
 * @returns texts by path
 */
export function searchFiles(pages) {
  const search = new MiniSearch({
    fields: ['heading', 'page', 'text'],
    storeFields: ['url', 'heading', 'page', 'start'],
  });
  search.addAll(pages.flatMap(entriesOf).map((entry, id) => ({ id, ...entry })));
  const library = readFileSync(join(nodeModules, 'minisearch', 'dist', 'umd', 'index.js'), 'utf8');
  return [
    ['assets/minisearch.js', library.replace(/^\/\/# sourceMappingURL.*$/m, '')],
    ['assets/searchIndex.js', `window.xkdSearchIndex = ${JSON.stringify(JSON.stringify(search))};\n`],
  ];
}

/** An entry per section; a page of the reference is one entry, as its sections have the same names on all pages. */
function entriesOf({ section, url, title, about, sections }) {
  const all = section === 'api' && url !== 'api/index.html' ? [joined(title, sections)] : sections;
  return all
    .map(({ id, heading, text }) => ({
      url: id ? `${url}#${id}` : url,
      heading,
      page: heading === title ? { api: 'API reference', course: 'Course', guide: 'Guide' }[section] : title,
      text,
      start: about || beginning(text),
    }))
    .filter(({ text }) => text !== '');
}

function beginning(text) {
  return text.length <= startLength ? text : `${text.slice(0, startLength).replace(/\s+\S*$/, '')} …`;
}

function joined(title, sections) {
  return { id: '', heading: title, text: sections.map(({ text }) => text).join(' ') };
}
