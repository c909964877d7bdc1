import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedAssets } from '../notebooks/assets.mjs';
import { Equations } from '../notebooks/equations.mjs';
import { root } from '../setup/paths.mjs';
import { coursePages } from './course.mjs';
import { guidePages } from './guide.mjs';
import { renderPages } from './render.mjs';

const sections = [
  ['guide', 'Guide'],
  ['course', 'Course'],
];

/** The whole site: its files, as texts or bytes, by their paths. */
export async function siteFiles() {
  const equations = new Equations();
  const pages = [...guidePages(equations), ...coursePages(equations)];
  const navigation = sections.map(([section, title]) => ({
    title,
    pages: pages.filter((page) => page.section === section && !page.hidden),
  }));
  const { rendered, pictures } = await renderPages(pages, navigation, equations);
  return new Map([...rendered, ...ownAssets(), ...sharedAssets(), ...pictures]);
}

function ownAssets() {
  const read = (name) => readFileSync(join(root, 'scripts', 'site', 'assets', name));
  return ['site.css', 'site.js'].map((name) => [`assets/${name}`, read(name)]);
}
