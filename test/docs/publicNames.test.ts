import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as xkd from 'xkd';
import * as internal from 'xkd/internal';

const { projectPath } = xkd;
/** Names of lib/index.ts; those of types begin with `type `. */
const names = [...readFileSync(projectPath('lib', 'index.ts'), 'utf8').matchAll(/^export \{([^}]*)\}/gm)]
  .flatMap(([, list]) => list.split(','))
  .map((name) => name.trim())
  .filter((name) => name !== '');

describe('the names of xkd', () => {
  it('are few, each exported once, and the same as in xkd/internal', () => {
    assert.ok(names.length >= 200 && names.length <= 260, String(names.length));
    assert.equal(new Set(names).size, names.length);
    const values = names.filter((name) => !name.startsWith('type '));
    assert.deepEqual(Object.keys(xkd).sort(), values.sort());
    const all: Readonly<Record<string, unknown>> = internal;
    for (const [name, value] of Object.entries(xkd)) assert.equal(all[name], value, name);
  });

  it('are all that notebooks import', () => {
    const folder = projectPath('notebooks');
    const code = readdirSync(folder)
      .filter((name) => name.endsWith('.ipynb'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    const imported = [...code.matchAll(/import (?:type )?\{([^}]*)\} from 'xkd';/g)]
      .flatMap(([, list]) => list.split(','))
      .map((name) => name.replace(/ as .*|type |[\s",]|\\n/g, ''));
    assert.ok(imported.length > 200, String(imported.length));
    const known = new Set(names.map((name) => name.replace('type ', '')));
    assert.deepEqual(
      imported.filter((name) => !known.has(name)),
      [],
    );
  });
});
