import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { freshCopy, loadScript } from './support';

describe('npm packages', () => {
  it('differ from the lock file by version, where they are missing, and where a link leads elsewhere', async () => {
    const folder = freshCopy();
    const modules = path.join(folder, 'node_modules');
    const write = (file: string, packages: object) => fs.writeFileSync(file, JSON.stringify({ packages }));
    try {
      fs.rmSync(modules);
      fs.mkdirSync(modules);
      fs.symlinkSync('../lib', path.join(modules, 'own'));
      fs.symlinkSync('../scripts/moved', path.join(modules, 'moved'));
      write(path.join(folder, 'package-lock.json'), {
        'node_modules/equal': { version: '1.0.0' },
        'node_modules/older': { version: '2.0.0' },
        'node_modules/missing': { version: '3.0.0' },
        'node_modules/spare': { version: '4.0.0', optional: true },
        'node_modules/own': { resolved: 'lib', link: true },
        'node_modules/moved': { resolved: 'lib/moved', link: true },
        'node_modules/unlinked': { resolved: 'lib/unlinked', link: true },
      });
      write(path.join(modules, '.package-lock.json'), {
        'node_modules/equal': { version: '1.0.0' },
        'node_modules/older': { version: '1.9.0' },
      });
      const { packagesOutOfStep } = await loadScript<{ packagesOutOfStep(): string[] }>(
        'setup/npm-packages.mjs',
        folder,
      );
      assert.deepEqual(packagesOutOfStep(), [
        'older 1.9.0/2.0.0',
        'missing missing/3.0.0',
        'moved scripts/moved/lib/moved',
        'unlinked missing/lib/unlinked',
      ]);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
