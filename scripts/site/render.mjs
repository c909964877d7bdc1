import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import Eleventy from '@11ty/eleventy';
import hljs from 'highlight.js/lib/common';
import { root } from '../setup/paths.mjs';
import { diagramHtml } from './diagrams.mjs';
import { finishedContent } from './content.mjs';
import { Links } from './links.mjs';
import { searchFiles } from './search.mjs';

/** Where Eleventy finds the layout, and would find pages as files; ours are given to it as texts. */
const templates = 'scripts/site/templates';

/**
 * Renders pages by Eleventy.
 *
 * @param pages with their Markdown, or HTML if `isHtml`
 * @returns pages, the pictures that they show, and the index for search: texts or bytes by path
 */
export async function renderPages(pages, navigation, equations) {
  const links = new Links(pages);
  const sections = new Map();
  const byUrl = new Map(pages.map((page) => [page.url, page]));
  const eleventy = new Eleventy(templates, undefined, {
    quietMode: true,
    config(eleventyConfig) {
      // Otherwise Eleventy reports that the work below takes most of the time, which it should.
      eleventyConfig.benchmarkManager.get('Configuration').setMinimumThresholdPercent(100);
      eleventyConfig.setUseGitIgnore(false);
      eleventyConfig.setIncludesDirectory('includes');
      eleventyConfig.amendLibrary('md', (markdown) => markdown.set({ html: true, highlight }).enable('code'));
      eleventyConfig.addGlobalData('navigation', navigation);
      eleventyConfig.addFilter('from', (url, from) => posix.relative(posix.dirname(from), url));
      for (const page of pages) eleventyConfig.addTemplate(...template(page, pages));
      eleventyConfig.addFilter('finished', (html, url) => {
        const content = finishedContent(html, byUrl.get(url), links);
        sections.set(url, content.sections);
        return content;
      });
    },
  });
  const results = await eleventy.toJSON();
  const rendered = results.map(({ url, content }) => [pathOf(url), equations.putInto(content)]);
  const pictures = links.pictures().map((name) => [name, readFileSync(join(root, name))]);
  const found = pages.map((page) => ({ ...page, sections: sections.get(page.url) }));
  return [...rendered, ...pictures, ...searchFiles(found)];
}

/** A page as a template for Eleventy: its path, content and data. Nothing in the content is a template's code. */
function template(page, pages) {
  const { section, source, url, title, content, figures = false, isHtml = false } = page;
  const siblings = pages.filter((other) => other.section === section);
  const place = siblings.indexOf(page);
  const neighbours = section === 'api' ? [] : [siblings[place - 1], siblings[place + 1]];
  const data = {
    ...{ layout: 'page.njk', permalink: url, templateEngineOverride: isHtml ? 'html' : 'md' },
    ...{ section, source, address: url, title, figures, before: neighbours[0], after: neighbours[1] },
  };
  return [`${templates}/${url.replace(/\.html$/, isHtml ? '.html' : '.md')}`, content, data];
}

/** Code in a fence: a diagram, coloured code, or, in a language that is not known, plain text (an empty answer). */
function highlight(code, language) {
  if (language === 'mermaid') return diagramHtml(code);
  if (!hljs.getLanguage(language)) return '';
  return hljs.highlight(code, { language }).value;
}

/** `/a/` is Eleventy's name for `a/index.html`. */
function pathOf(url) {
  return url.replace(/\/$/, '/index.html').slice(1);
}
