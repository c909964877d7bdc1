import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from 'xkd';
import { loadScript } from '../setup/support';
import { linksOf, readDocument, shortName } from './markdown';

interface Exporter {
  readonly Equations: new () => { takenFrom(markdown: string): string };
}

describe('docs/method.md', () => {
  const document = readDocument('docs/method.md');
  const sections = [...document.text.matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number));

  it('has sections 1 to 12, in order', () => {
    assert.deepEqual(
      sections,
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });

  it('numbers the equations of each section from 1 on', () => {
    const tags = new Map<number, number>();
    let section = 0;
    for (const [, heading, tag] of document.text.matchAll(/^## (\d+)\. |\\tag\{([\d.]+)\}/gm)) {
      if (heading !== undefined) section = Number(heading);
      else {
        const number = (tags.get(section) ?? 0) + 1;
        assert.equal(tag, `${section}.${number}`);
        tags.set(section, number);
      }
    }
    for (const [, cited] of document.text.matchAll(/(?:equation |in )\((\d+\.\d+)\)/g)) {
      assert.ok(document.text.includes(`\\tag{${cited}}`), `there is no equation (${cited})`);
    }
  });

  it('has equations that the pages of notebooks could show', async () => {
    const { Equations } = await loadScript<Exporter>('notebooks/equations.mjs');
    const rest = new Equations().takenFrom(document.text); // throws on anything that KaTeX does not know
    assert.ok(rest.match(/xkdEquation\d+End/g)!.length > 100);
    assert.ok(!rest.includes('$'), 'a dollar stands alone');
  });

  it('names what the files that it links to define', () => {
    let names = 0;
    for (const { text, file } of linksOf(document)) {
      for (const [, code] of text.matchAll(/`([^`]+)`/g)) {
        const name = code.split('.').pop()!;
        assert.match(
          readFileSync(file, 'utf8'),
          new RegExp(`\\b${name}\\b`),
          `${code} in ${shortName(file)}`,
        );
        names++;
      }
    }
    assert.ok(names > 60, String(names));
  });

  it('has every section that code and notebooks cite', () => {
    const old = new RegExp('method' + ' sections? \\d');
    let citations = 0;
    for (const file of sourceFiles()) {
      const text = readFileSync(file, 'utf8').replace(/\s+(\*|\/\/|#)?\s*/g, ' ');
      assert.doesNotMatch(text, old, shortName(file));
      for (const [citation, list] of text.matchAll(
        /docs\/method\.md, sections? (\d+(?:(?:, | and )\d+)*)/g,
      )) {
        for (const number of list.match(/\d+/g)!) {
          assert.ok(sections.includes(Number(number)), `${shortName(file)} cites ${citation}`);
        }
        citations++;
      }
    }
    assert.ok(citations > 30, String(citations));
  });

  function sourceFiles(): string[] {
    return ['lib', 'scripts', 'test', 'notebooks'].flatMap((folder) =>
      readdirSync(projectPath(folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|mjs|cjs|js|py|c|h|ipynb)$/.test(name))
        .filter((name) => !/(^|\/)(dist|node_modules|\.ipynb_checkpoints)\//.test(name))
        .map((name) => join(projectPath(folder), name)),
    );
  }
});
