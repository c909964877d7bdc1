import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/** The order in which the guide is read. Documents that are missing here follow in that of their names. */
const order = [
  'README.md',
  ...[
    'data',
    'training',
    'clusters',
    'weights',
    'evaluation',
    'ablation',
    'notebooks',
    'playground',
    'method',
    'architecture',
  ].map((name) => `docs/${name}.md`),
  ...['docs/extending.md', 'docs/performance.md', 'docs/troubleshooting.md', 'environment.md'],
  ...['CONTRIBUTING.md', 'CHANGELOG.md', 'data/README.md', 'data/results/ablation.md'],
];
/** Names in the navigation, where the heading would not tell documents apart. */
const labels = { 'README.md': 'Overview', 'data/README.md': 'Sample set' };

/** The documents of the project as pages; `equations` takes their equations. */
export function guidePages(equations) {
  const names = ['', 'docs', 'data', 'data/results'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => (folder ? `${folder}/${name}` : name)),
  );
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  return names
    .sort((a, b) => rank(a) - rank(b))
    .map((source) => {
      const text = readFileSync(join(root, source), 'utf8');
      const title = /^# (.+)$/m.exec(text)?.[1] ?? source;
      return {
        section: 'guide',
        source,
        url: source === 'README.md' ? 'index.html' : source.replace(/\.md$/, '.html'),
        title,
        label: labels[source] ?? title,
        content: equations.takenFrom(text),
      };
    });
}
