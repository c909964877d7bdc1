import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { Application, LogLevel } from 'typedoc';
import { root } from '../setup/paths.mjs';
import { githubName } from './content.mjs';

const index = join(root, 'lib', 'index.ts');

const options = {
  entryPoints: [index],
  tsconfig: join(root, 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown'],
  logLevel: LogLevel.Error,
  skipErrorChecking: true, // the build has checked the types
  readme: 'none',
  disableGit: true,
  sourceLinkTemplate: 'lib/{path}', // a link to a file of code becomes text
  ...{ excludeExternals: true, excludePrivate: true, excludeProtected: true, excludeInternal: true },
  ...{ hideBreadcrumbs: true, hidePageHeader: true, sanitizeComments: true },
  ...{ useCodeBlocks: true, expandParameters: true },
  ...{ parametersFormat: 'table', interfacePropertiesFormat: 'table', classPropertiesFormat: 'table' },
  ...{
    typeAliasPropertiesFormat: 'table',
    tableColumnSettings: { hideSources: true, hideInherited: true, hideModifiers: true },
  },
};

/** The API reference as pages: one for each public name, and one that lists them in the groups of `lib/index.ts`. */
export async function apiPages() {
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined)
    throw new Error('TypeDoc could not read lib/index.ts; "npm run build" says why.');
  const names = new Map(project.children.map((reflection) => [reflection.name, reflection]));
  // TensorFlow.js has its own reference.
  for (const child of [...(names.get('tf')?.children ?? [])]) project.removeReflection(child);
  const folder = mkdtempSync(join(tmpdir(), 'xkd-api-'));
  try {
    await app.outputs.writeOutput({ name: 'markdown', path: folder }, project);
    const pages = readdirSync(folder, { recursive: true })
      .filter((file) => names.has(basename(file, '.md')) && file.split(sep).length === 2)
      .map((file) => memberPage(folder, file, names.get(basename(file, '.md'))));
    return [contents(pages, names), ...pages];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function memberPage(folder, file, reflection) {
  const source = `api/${file.split(sep).join('/')}`;
  return {
    ...{ section: 'api', source, url: source.replace(/\.md$/, '.html') },
    ...{ title: reflection.name, label: reflection.name, name: reflection.name },
    about: summaryOf(reflection).replaceAll('`', '').replaceAll('&lt;', '<'),
    definition: reflection.sources?.[0]?.fileName,
    content: withSections(mended(readFileSync(join(folder, file), 'utf8'))),
  };
}

/** The plugin writes `undefined` where a parameter has no default value, and escapes signs in code by indentation. */
function mended(text) {
  const defaults = text.replace(/\| `undefined` (?=\|)/g, '| - ');
  return defaults.replace(/^ {4}.*$/gm, (line) => line.replace(/\\([{}<>])/g, '$1'));
}

/** Docstrings cite sections of docs/method.md: here as links. */
function withSections(text) {
  const method = readFileSync(join(root, 'docs', 'method.md'), 'utf8');
  const headings = [...method.matchAll(/^## ((\d+)\. .+)$/gm)];
  const names = new Map(headings.map(([, heading, number]) => [number, githubName(heading)]));
  return text.replace(/docs\/method\.md, section (\d+)/g, (words, number) =>
    names.has(number) ? `[${words}](../../docs/method.md#${names.get(number)})` : words,
  );
}

/** The page that lists all names. */
function contents(pages, reflections) {
  const sources = new Map(pages.map(({ name, source }) => [name, source.replace('api/', '')]));
  const groups = groupsOf(readFileSync(index, 'utf8')).map(({ title, names }) => {
    const rows = names.map((name) =>
      sources.has(name)
        ? `| [\`${name}\`](${sources.get(name)}) | ${summaryOf(reflections.get(name))} |`
        : `| \`${name}\` | TensorFlow.js, which has [its own reference](https://js.tensorflow.org/api/latest/). |`,
    );
    return { title, text: `## ${title}\n\n| name | what it is |\n| --- | --- |\n${rows.join('\n')}` };
  });
  const text = `# API reference

What \`import { ... } from 'xkd'\` offers, in the groups of \`lib/index.ts\`. Shapes are in brackets, such as \`[B, N, D]\`;
so are units, such as [s]. \`xkd/internal\` has all other names of the library; they may change without notice.

${groups.map((group) => group.text).join('\n\n')}
`;
  const page = { section: 'api', source: 'api/README.md', url: 'api/index.html', content: text };
  return { ...page, title: 'API reference', label: 'All names', groups: groups.map(({ title }) => title) };
}

/** The groups of the index: comments of one line, each before the exports of its names. */
function groupsOf(code) {
  return code
    .split(/^\/\/ /m)
    .slice(1)
    .map((part) => ({
      title: part.slice(0, part.indexOf('\n')).replace(/\.$/, ''),
      names: [...part.matchAll(/^export \{([^}]*)\}/gm)]
        .flatMap(([, list]) => list.split(','))
        .map((name) => name.replace('type ', '').trim())
        .filter((name) => name !== ''),
    }));
}

/** The first sentence of a docstring, for a cell of a table. */
function summaryOf(reflection) {
  const comment = reflection.comment ?? reflection.signatures?.[0]?.comment;
  const text = (comment?.summary ?? []).map((part) => part.text).join('');
  const [sentence] = /^[\s\S]*?[.:](?=\s|$)/.exec(text) ?? [text];
  return sentence.replace(/\s+/g, ' ').replace(/:$/, '.').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
