import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { extractDataset, openDataset, type Dataset, type ExtractArgs } from 'xkd/internal';
import { ShardClaims } from 'xkd/dist/data/extract/growingShard';
import { readExtraction } from 'xkd/dist/data/extract/settings';
import { shardsOf, type Shard } from 'xkd/dist/data/extract/shardPart';
import { newOwner, ownerText } from 'xkd/dist/files/locks/owner';
import { temporaryFolder } from '../media/fixtures';
import { makeOriginals } from '../support/originals';
import { endedOwner, ownerElsewhere } from '../support/owners';

describe('extractDataset, several at once in one folder', function () {
  this.timeout(600_000);
  const file = temporaryFolder();
  let dataset: Dataset;
  const extract = (out: string, args: Partial<ExtractArgs> = {}) =>
    extractDataset({
      dataset,
      out: file(out),
      form: { shortSide: 32 },
      clipsPerShard: 3,
      workers: 2,
      ...args,
    });

  before(async () => {
    mkdirSync(file('originals'));
    makeOriginals((name) => join(file('originals'), name));
    dataset = await openDataset(file('originals'));
    await extract('alone');
  });

  const shardOf = (folder: string, index: number): Shard => {
    mkdirSync(join(file(folder), 'shards'), { recursive: true });
    return shardsOf(file(folder), readExtraction(file('alone'))!)[index];
  };

  it('gives in one process what a single call gives, again and again', async () => {
    for (const round of [1, 2, 3]) {
      const out = `calls ${round}`;
      await Promise.all([1, 2, 3, 4].map(() => extract(out, { workers: 1 })));
      assert.deepEqual(contents(file(out)), contents(file('alone')));
      assertTrueManifest(file(out));
    }
  });

  it('gives in several processes what a single call gives, also where one of them is killed', async () => {
    for (const round of [1, 2]) {
      const out = `processes ${round}`;
      const children = [1, 2, 3].map(() => command(file('originals'), file(out)));
      if (round === 2) {
        for (
          const shards = join(file(out), 'shards');
          !existsSync(shards) || readdirSync(shards).length === 0;
        ) {
          await new Promise((go) => setTimeout(go, 20));
        }
        children[0].kill('SIGKILL');
      }
      const codes = await Promise.all(children.map(({ ended }) => ended));
      assert.deepEqual(round === 2 ? codes.slice(1) : codes, round === 2 ? [0, 0] : [0, 0, 0]);
      assert.deepEqual(contents(file(out)), contents(file('alone')));
      assertTrueManifest(file(out));
    }
  });

  it('gives in several containers, with one host name and number 1 each, what a single call gives', async function () {
    const container = ['unshare', '--pid', '--fork', '--mount-proc'];
    if (spawnSync(container[0], [...container.slice(1), 'true']).status !== 0) return this.skip();
    const out = file('containers');
    const children = [1, 2, 3].map(() => command(file('originals'), out, container));
    assert.deepEqual(await Promise.all(children.map(({ ended }) => ended)), [0, 0, 0]);
    assert.deepEqual(contents(out), contents(file('alone')));
    assertTrueManifest(out);
  });

  it('notices a shard that is not as described, and mends it and the manifest', async () => {
    const wrongs: [string, (shard: Shard) => void][] = [
      [
        'a wrong SHA-256',
        ({ part }) =>
          edit(part, (text) =>
            text.replace(/"sha256":"[0-9a-f]{8}(?=[0-9a-f]{56}","record")/g, '"sha256":"00000000'),
          ),
      ],
      ['a changed byte', ({ tar }) => edit(tar, (bytes) => bytes.replace('NUMPY', 'NUMPX'))],
      ['more at its end', ({ tar }) => appendFileSync(tar, 'more')],
      ['half a description', ({ part }) => writeFileSync(part, readFileSync(part, 'utf8').slice(0, 300))],
      [
        'a changed byte, and no description',
        ({ tar, part }) => (edit(tar, (bytes) => bytes.replace('"clip"', '"clap"')), rmSync(part)),
      ],
    ];
    for (const [what, spoil] of wrongs) {
      rmSync(file('spoilt'), { recursive: true, force: true });
      cpSync(file('alone'), file('spoilt'), { recursive: true });
      spoil(shardOf('spoilt', 1));
      assert.notDeepEqual(contents(file('spoilt')), contents(file('alone')), what);
      const { merged } = await extract('spoilt');
      assert.equal(merged!.shards, 4);
      assert.deepEqual(contents(file('spoilt')), contents(file('alone')), what);
    }
  });

  it('lets one of several calls write a shard, and the next one go on with what it left', () => {
    const shard = shardOf('claims', 0);
    const [first, second] = [new ShardClaims(), new ShardClaims()];
    const own = first.claim(shard)!;
    assert.equal(second.claim(shard), null, 'another call of the same process');
    assert.equal(first.claim(shard), null, 'or the same call again');
    writeFileSync(own, 'half');
    first.release(shard, own);
    const next = second.claim(shard)!;
    assert.notEqual(next, own);
    assert.equal(readFileSync(next, 'utf8'), 'half');
    second.release(shard, next);
    assert.equal(first.claim(shard) === null, false);
  });

  it('goes on at once behind a process of this machine that has ended', () => {
    const shard = shardOf('ended', 0);
    writeFileSync(join(file('ended'), 'shards', `.clips-00000.tar.${endedOwner()}.growing`), 'half');
    assert.equal(readFileSync(new ShardClaims(Infinity).claim(shard)!, 'utf8'), 'half');
  });

  it('waits for a container with the same host name and number while its file grows, and then takes a copy', () => {
    const shard = shardOf('elsewhere', 0);
    const other = join(
      file('elsewhere'),
      'shards',
      `.clips-00000.tar.${ownerElsewhere(ownerText(newOwner()))}.growing`,
    );
    writeFileSync(other, 'half');
    assert.equal(new ShardClaims().claim(shard), null);
    const impatient = new ShardClaims(0);
    assert.equal(impatient.claim(shard), null, 'it is seen for the first time');
    const late = readFileSync(other);
    const own = impatient.claim(shard)!;
    assert.deepEqual(readFileSync(own), late);
    assert.ok(!existsSync(other), 'whoever comes back notices that the shard is not its any more');
  });
});

function command(
  data: string,
  out: string,
  within: readonly string[] = [],
): { ended: Promise<number | null>; kill(signal: NodeJS.Signals): void } {
  const main = resolve('lib/dist/cli/main.js');
  const words = [
    'extract',
    '--data',
    data,
    '--out',
    out,
    '--short-side',
    '32',
    '--clips-per-shard',
    '3',
    '--workers',
    '1',
  ];
  const [program, ...rest] = [...within, process.execPath, main, ...words, '--allow-missing'];
  const child = spawn(program, rest, { stdio: 'ignore' });
  return { ended: new Promise((done) => child.once('exit', done)), kill: (signal) => child.kill(signal) };
}

/** Edits a file as text of single bytes. */
function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, 'latin1');
  writeFileSync(path, change(before), 'latin1');
  assert.notEqual(readFileSync(path, 'latin1'), before);
}

/** Hashes of all files of an extraction, by name. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const all = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(all.map((path) => [path.slice(folder.length), sha256Of(readFileSync(path))]));
}

function assertTrueManifest(folder: string): void {
  const lines = readFileSync(join(folder, 'manifest.jsonl'), 'utf8').trimEnd().split('\n');
  for (const line of lines) {
    const { stored } = JSON.parse(line) as {
      stored: { shard: string; offset: number; length: number; sha256: string };
    };
    const tar = readFileSync(join(folder, 'shards', stored.shard));
    assert.equal(sha256Of(tar.subarray(stored.offset, stored.offset + stored.length)), stored.sha256);
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
