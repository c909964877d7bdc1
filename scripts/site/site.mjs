import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedAssets } from '../notebooks/assets.mjs';
import { Equations } from '../notebooks/equations.mjs';
import { root } from '../setup/paths.mjs';
import { apiPages } from './api.mjs';
import { githubName } from './content.mjs';
import { coursePages } from './course.mjs';
import { guidePages } from './guide.mjs';
import { playgroundPage } from './playground.mjs';
import { renderPages } from './render.mjs';

const playground = 'playground/index.html';

/** The whole site: its files, as texts or bytes, by their paths. */
export async function siteFiles() {
  const equations = new Equations();
  const [guide, course, api] = [guidePages(equations), coursePages(equations), await apiPages()];
  const navigation = [
    { title: 'Playground', pages: [{ label: 'XKD in your browser', url: playground }] },
    { title: 'Guide', pages: guide },
    { title: 'Course', pages: course },
    { title: 'API reference', pages: [api[0], ...groupLinks(api[0])] },
  ];
  const pages = [...guide, ...course, ...api];
  const rendered = await renderPages(pages, navigation, equations);
  return new Map([...rendered, [playground, await playgroundPage()], ...ownAssets(), ...sharedAssets()]);
}

/** The groups of the API reference, as entries of the navigation. */
function groupLinks({ url, groups }) {
  return groups.map((label) => ({ label, url: `${url}#${githubName(label)}` }));
}

function ownAssets() {
  const read = (name) => readFileSync(join(root, 'scripts', 'site', 'assets', name));
  return [
    ['assets/site.css', Buffer.concat([read('colours.css'), read('site.css')])],
    ...['site.js', 'search.js'].map((name) => [`assets/${name}`, read(name)]),
  ];
}
