import { assetsFolder } from './assets.mjs';
import { convertNotebooks, prepared } from './convert.mjs';
import { Equations } from './equations.mjs';

/**
 * A notebook as an HTML page that works offline and without a server: figures stay interactive, equations are rendered,
 * players keep their sound. The files of `assets.mjs` belong beside it.
 *
 * @param title of the page
 * @param head HTML above the notebook
 */
export function notebookPage(notebook, { title, head = '' }) {
  const equations = new Equations();
  const titled = prepared({ ...notebook, metadata: { ...notebook.metadata, title } }, equations);
  const page = convertNotebooks(new Map([['notebook', titled]]), 'lab').get('notebook');
  return withAssets(equations.putInto(page)).replace(/<body[^>]*>/, (body) => `${body}\n${head}`);
}

function withAssets(page) {
  const at = (name) => `${assetsFolder}/${name}`;
  const tags = [
    `<link rel="stylesheet" href="${at('equations.css')}">`,
    ...['plotly.min.js', 'figures.js'].map((name) => `<script defer src="${at(name)}"></script>`),
  ];
  return page.replace('</head>', () => `${tags.join('\n')}\n</head>`);
}
