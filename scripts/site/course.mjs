import { convertNotebooks, prepared } from '../notebooks/convert.mjs';
import { courseNotebooks, nameOf, openingOf, readNotebook } from '../notebooks/files.mjs';

/** The notebooks as pages, with the outputs that they have, and a page that lists them. */
export function coursePages(equations) {
  const notebooks = new Map(courseNotebooks().map((file) => [nameOf(file), readNotebook(file)]));
  const openings = new Map([...notebooks].map(([name, notebook]) => [name, openingOf(notebook)]));
  for (const notebook of notebooks.values()) prepared(notebook, equations);
  const bodies = convertNotebooks(notebooks, 'basic');
  const pages = [...bodies].map(([name, body]) => ({
    section: 'course',
    source: `notebooks/${name}.ipynb`,
    url: `notebooks/${name}.html`,
    title: openings.get(name).title,
    label: `${name.slice(0, 2)} ${openings.get(name).title.split(':')[0]}`,
    content: `<div class="notebook">${body}</div>`,
    figures: true,
    isHtml: true,
  }));
  return [contents(openings), ...pages];
}

function contents(openings) {
  const items = [...openings].map(
    ([name, { title, question, runTime }]) =>
      `## [${name.slice(0, 2)} ${title}](${name}.ipynb)\n\n${question}\n\n_Run time: ${runTime}_`,
  );
  const text = `# The course

Nine notebooks in TypeScript, with the outputs of a full run. Figures can be turned, zoomed and pointed at here as well; to
change and run the code, [set the project up](../README.md#two-commands) and open the notebooks with \`npm start\`.

${items.join('\n\n')}
`;
  const page = { section: 'course', source: 'notebooks', url: 'notebooks/index.html' };
  return { ...page, title: 'The course', label: 'Contents', content: text };
}
