import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScript } from './support';

interface Cuda {
  reach(misplaced: { library: string; from: string; to: string }, wheels: string): void;
}

describe("CUDA's libraries", () => {
  let wheels: string;
  beforeEach(() => (wheels = mkdtempSync(join(tmpdir(), 'xkd-wheels-'))));
  afterEach(() => rmSync(wheels, { recursive: true, force: true }));

  it('are reached where TensorFlow looks, also when set-up runs again and when the folder moves', async () => {
    const { reach } = await loadScript<Cuda>('setup/cuda.mjs');
    for (const folder of ['cusolver', 'cusparse']) {
      mkdirSync(join(wheels, 'nvidia', folder, 'lib'), { recursive: true });
    }
    writeFileSync(join(wheels, 'nvidia', 'cusolver', 'lib', 'libcusolver.so.11'), 'solver');
    const misplaced = { library: 'libcusolver.so.11', from: 'cusolver', to: 'cusparse' };
    reach(misplaced, join(wheels, 'nvidia'));
    reach(misplaced, join(wheels, 'nvidia'));
    const moved = `${wheels}-moved`;
    mkdirSync(moved);
    renameSync(join(wheels, 'nvidia'), join(moved, 'nvidia'));
    const found = join(moved, 'nvidia', 'cusparse', 'lib', 'libcusolver.so.11');
    assert.equal(readFileSync(found, 'utf8'), 'solver');
    rmSync(moved, { recursive: true });
  });
});
