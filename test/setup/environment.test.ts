import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './support';

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const read = (...parts: string[]) => fs.readFileSync(path.join(root, ...parts), 'utf8');

describe('environment.md', () => {
  const rows = read('environment.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const states = (name: string, version: string) =>
    rows.some((row) => row.split('|')[1].includes(`\`${name}\``) && row.split('|')[2].trim() === version);

  it('lists every npm package with its version', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Manifest;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      const shown = version.startsWith('file:') ? 'local' : version;
      assert.match(version, /^(file:|\d+\.\d+\.\d+)/, `${name} has one exact version`);
      assert.ok(states(name, shown), `${name} ${shown}`);
    }
  });

  it('lists every PyPI package with its version', () => {
    const lines = ['requirements.txt', 'requirements-cuda.txt', 'requirements-bench.txt'].flatMap((file) =>
      read('scripts', file).trim().split('\n'),
    );
    const named = ['ffmpeg.mjs', 'select-compiler.mjs'].flatMap((file) => {
      return /'([\w-]+==[\d.]+)'/.exec(read('scripts', 'setup', file))?.slice(1) ?? [];
    });
    assert.equal(named.length, 2);
    const tensorflow = /tensorflowVersion = '([\d.]+)'/.exec(
      read('scripts', 'setup', 'select-tensorflow.mjs'),
    )![1];
    for (const pinned of [...lines, ...named, `tensorflow==${tensorflow}`]) {
      const [name, version] = pinned.split('==');
      assert.ok(states(name, version), pinned);
    }
  });
});
