import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError, readJson } from 'xkd/internal';
import { z } from 'zod';

const schema = z.strictObject({ steps: z.int() });
const sentence = (wrong: string) => `This is no run (${wrong}).`;

describe('readJson', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-json-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = (text: string) => {
    const path = join(folder, 'file.json');
    writeFileSync(path, text);
    return readJson(path, schema, sentence);
  };
  const refused = (act: () => unknown, message: RegExp) =>
    assert.throws(act, (error) => error instanceof UserError && message.test(error.message));

  it('gives what the schema makes of a file', () => assert.deepEqual(read('{"steps": 3}'), { steps: 3 }));

  it('says in the sentence of its caller what is wrong', () => {
    refused(() => read('{"steps": 3'), /^This is no run \(.*JSON.*[^.]\)\.$/);
    refused(
      () => read('{"steps": 0.5}'),
      /^This is no run \(steps must be a whole number; 0\.5 is not one\)\.$/,
    );
    refused(
      () => read('[]'),
      /^This is no run \(it must be a group of keys with values; \[\] is not one\)\.$/,
    );
  });

  it('names a file that is not there', () =>
    refused(() => readJson(join(folder, 'none.json'), schema, sentence), /There is no file ".*none\.json"/));
});
