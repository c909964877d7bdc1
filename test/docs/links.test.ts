import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { headingNames, linksOf, readDocument, shortName, userDocuments } from './markdown';

describe('documents', () => {
  const documents = userDocuments();

  it('are those of the project, of docs and of data', () => {
    const names = documents.map(({ name }) => name);
    for (const name of ['README.md', 'environment.md', 'docs/method.md', 'data/README.md']) {
      assert.ok(names.includes(name), name);
    }
  });

  for (const document of documents) {
    it(`${document.name} links to files and headings that exist`, () => {
      for (const { file, heading } of linksOf(document)) {
        assert.ok(existsSync(file), `${shortName(file)} does not exist`);
        if (heading === '') continue;
        const names = headingNames(readDocument(shortName(file)));
        assert.ok(names.includes(heading), `${shortName(file)} has no heading #${heading}`);
      }
    });
  }

  it('name headings as GitHub does', () => {
    const text = '# Two `code` words: here, [there](a.md)\n\n## Same\n\n## Same\n\nno # heading\n';
    assert.deepEqual(headingNames({ name: 'x.md', text }), ['two-code-words-here-there', 'same', 'same-1']);
  });
});
