import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure, type XkdConfig } from 'xkd';
import { assertRefused, runHere } from '../support/commandLine';

describe('--config', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-config-'))));
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const config = async (...words: string[]): Promise<XkdConfig> => {
    const { code, stdout, stderr } = await runHere(['config', ...words]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as XkdConfig;
  };

  it('takes YAML with groups or dotted keys, and shorthands', async () => {
    const yaml = file(
      'a.yaml',
      '# a trial\npreset: tiny\nencoder: small\nmask.video: 0.7\nmask:\n  audio: 0.6\ntraining: { steps: 7 }\n',
    );
    const expected = configure('tiny', {
      encoder: 'small',
      'mask.video': 0.7,
      'mask.audio': 0.6,
      'training.steps': 7,
    });
    assert.deepEqual(await config('--config', yaml), expected);
  });

  it('takes JSON, and the config.json of a run as it is', async () => {
    const wanted = configure('base-mas', { 'mask.video': 0.5, seed: 3, 'training.precision': 'bf16' });
    const json = file('config.json', JSON.stringify(wanted, null, 2));
    assert.deepEqual(await config('--config', json), wanted);
    assert.deepEqual(await config('base-mas', '--config', json), wanted);
  });

  it('gives way to the command line, key by key and as a whole', async () => {
    const yaml = file('b.yaml', 'preset: nano\nmask.video: 0.7\nmask.audio: 0.6\nencoder.depth: 1\n');
    const expected = configure('nano', { 'mask.audio': 0.6, 'mask.video': 0.8, encoder: 'small' });
    assert.deepEqual(await config('--config', yaml, 'mask.video=0.8', 'encoder=small'), expected);
    assert.equal((await config('tiny', '--config', yaml)).preset, 'tiny');
  });

  it('is refused in one sentence where it makes no sense', async () => {
    const wrongs: [string, RegExp][] = [
      [
        'mask:\n  vdeo: 0.5\n',
        /^xkd: There is no configuration key "mask\.vdeo"; did you mean "mask\.video"\?$/m,
      ],
      ['mask.video: 1.5\n', /^xkd: mask\.video must be at most 0\.99; 1\.5 is not\.$/m],
      ['preset: nan\n', /^xkd: There is no preset "nan"; choose one of base/],
      ['preset: [nano]\n', /^xkd: The preset in ".*" is not the name of one/],
      ['just words\n', /^xkd: ".*" is not a list of keys with values/],
      ['- mask.video\n', /^xkd: ".*" is not a list of keys with values/],
      ['', /^xkd: ".*" is not a list of keys with values/],
      ['mask: {video: 1\n', /^xkd: ".*" is neither YAML nor JSON: /],
      ['seed: 1\nseed: 2\n', /^xkd: ".*" is neither YAML nor JSON: Map keys must be unique/],
      ['seed: !!js/function "x"\n', /^xkd: ".*" is neither YAML nor JSON: Unresolved tag: \S*js\/function/],
      [
        'mask: 5\n',
        /^xkd: "mask" is a group of configuration keys: name one of mask\.video, mask\.video\.kind, mask\.audio, mask\.audio\.kind\.$/m,
      ],
      ['seed: 1e400\n', /^xkd: seed must be a number; "Infinity" is not one\.$/m],
      ['mask: &m\n  video: *m\n', /^xkd: ".*" holds mask\.video within itself: write its values out\.$/m],
      ['preset: nano\n---\npreset: base\n', /^xkd: ".*" holds several documents of YAML; leave one/],
    ];
    for (const [text, sentence] of wrongs) {
      const path = file('wrong.yaml', text);
      await assertRefused(
        ['pretrain', '--data', folder, '--out', join(folder, 'run'), '--config', path],
        sentence,
      );
    }
    await assertRefused(['config', '--config', join(folder, 'none.yaml')], /^xkd: .*none\.yaml/);
    await assertRefused(
      ['config', '--config', file('c.yaml', 'seed: 1')],
      /^xkd: ".*c\.yaml" names no preset: add a line such as "preset: nano" to it/,
    );
  });

  it('is the same for networks to be evaluated, with the settings of the protocol', async () => {
    const path = file('knn.yaml', 'preset: nano\nneighbours: [5, 20]\nmask.vdeo: 1\n');
    const words = ['--checkpoint', 'none', '--data', folder, '--config', path];
    await assertRefused(
      ['evaluate', 'knn', ...words, 'neighbors=3'],
      /^xkd: There is no setting "neighbors" here; did you mean "neighbours"/,
    );
  });
});
