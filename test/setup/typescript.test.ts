import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './support';

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

interface Lock {
  readonly packages: Record<string, { readonly bin?: Record<string, string> }>;
}

const read = <T>(file: string): T => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')) as T;
const modules = path.join(root, 'node_modules');

describe('TypeScript', () => {
  const { scripts, devDependencies } = read<Manifest>('package.json');

  it("is the project's own where npm scripts and npx look for it", () => {
    for (const name of ['tsc', 'tsserver']) {
      const found = fs.realpathSync(path.join(modules, '.bin', name));
      assert.equal(found, path.join(modules, 'typescript', 'bin', name));
    }
    const said = execFileSync(process.execPath, [path.join(modules, '.bin', 'tsc'), '--version'], {
      encoding: 'utf8',
    });
    assert.equal(said.trim(), `Version ${devDependencies.typescript}`);
  });

  it('has no rival of the same name in the lock file, where npm would choose by the alphabet', () => {
    const atTop = Object.entries(read<Lock>('package-lock.json').packages).filter(
      ([place, { bin }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(place) && bin && 'tsc' in bin,
    );
    assert.deepEqual(
      atTop.map(([place]) => place),
      ['node_modules/typescript'],
    );
  });

  it('is what "npm run build" runs', () => assert.match(scripts.build, /^tsc /));
});
