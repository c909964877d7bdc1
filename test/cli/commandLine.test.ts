import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { runHere } from '../support/commandLine';

const main = resolve('lib/dist/cli/main.js');

describe('command line', function () {
  this.timeout(300_000);

  const mistakes: [string[], number, RegExp][] = [
    [['confg', 'nano'], 2, /^xkd: Unknown command 'confg'\. Did you mean config\?\n$/],
    [['config', 'nano', '--kyes'], 2, /^xkd: Unknown option '--kyes'\. Did you mean --keys\?\n$/],
    [['config'], 2, /^xkd: Missing required argument 'preset'\. .*--help.*\n$/],
    [['config', 'nan'], 1, /^xkd: There is no preset "nan"; choose one of base, .*, nano-mats\./],
    [['config', 'nano', 'mask.vido=0.5'], 1, /^xkd: .*"mask\.vido"; did you mean "mask\.video"\?\n$/],
    [['config', 'nano', 'mask.video=2'], 1, /^xkd: mask\.video must be at most 0\.99; 2 is not\.\n$/],
    [['config', 'nano', '--json'], 1, /^xkd: --json goes with --describe/],
    [['config', 'nano', '--keys', '--describe'], 1, /^xkd: --keys and --describe are two listings/],
    [
      ['data', 'check', '--data', '.', '--dataset', 'ucf'],
      1,
      /^xkd: There is no data set "ucf": did you mean "ucf101"\?$/m,
    ],
    [
      ['data', 'check', '--data', '.', '--dataset', 'xyz'],
      1,
      /^xkd: There is no data set "xyz": choose from ucf101, hmdb51/,
    ],
    [
      ['pretrain', '--data', '.', '--out', 'x', '--dataset', 'esc50'],
      1,
      /^xkd: \. is not the folder of ESC-50: there is no/,
    ],
    [['config', 'nano', 'mask.video'], 1, /^xkd: "mask\.video" is not an override; write key=value/],
  ];
  for (const [words, code, message] of mistakes) {
    it(`xkd ${words.join(' ')}: one sentence and exit code ${code}`, async () => {
      const heard = await runHere(words);
      assert.match(heard.stderr, message);
      assert.equal(heard.stderr.trimEnd().split('\n').length, 1);
      assert.deepEqual([heard.stdout, heard.code], ['', code]);
    });
  }

  it('takes the earlier name of --data as well, and says nothing of it', async () => {
    for (const words of [['--root', 'nowhere'], ['--root=nowhere']]) {
      const { stderr, code } = await runHere(['data', 'check', ...words]);
      assert.match(stderr, /^xkd: .*nowhere/);
      assert.deepEqual([code, stderr.trimEnd().split('\n').length], [1, 1]);
    }
  });

  it('ends a process of its own with the exit code', () => {
    const { status, stdout, stderr } = xkd('config', 'nan');
    assert.match(stderr, /^xkd: There is no preset "nan"; .*\n$/);
    assert.deepEqual([stdout, status], ['', 1]);
  });

  it('config prints JSON with the overrides in it', () => {
    const { status, stdout } = xkd(
      'config',
      'nano',
      'mask.video=0.5',
      'training.steps=7',
      'refinement=softmax',
    );
    const config = JSON.parse(stdout);
    assert.equal(status, 0);
    assert.deepEqual([config.preset, config.mask.video, config.training.steps], ['nano', 0.5, 7]);
    assert.equal(config.refinement, 'softmax');
  });

  it('config --keys explains every key', () => {
    const { stdout } = xkd('config', 'base', '--keys');
    assert.match(stdout, /^clip\.seconds +4 +above 0 +length of the window cut from a video \[s\]$/m);
    assert.match(stdout, /^temperature\.videoTeacher\.start +0\.1 +above 0 +at step 0$/m);
    assert.match(stdout, /^optimiser\.beta1 +0\.9 +0 to below 1 +decay of the first moment$/m);
    assert.match(stdout, /^refinement +"mean" +none, mean, softmax +cross-modal attention/m);
    assert.ok(stdout.split('\n').length > 70);
  });

  it('config --describe adds parameters, tokens, work and memory', () => {
    const { status, stdout } = xkd('config', 'base-mas', '--describe');
    assert.equal(status, 0);
    assert.match(stdout, /^ {2}"sharing": "students",$/m);
    assert.match(stdout, /^Parameters: 311\.3 M in all, 121\.3 M trainable$/m);
    assert.match(stdout, /^ {2}both students: shared blocks +85 026 816 +85 026 816$/m);
    assert.match(stdout, /^ {2}kept under the mask +59 +112$/m);
    assert.match(stdout, /^Work of one step: .* GFLOP for a batch of 256, .* per clip$/m);
    assert.match(stdout, /^Memory of one step, an estimate: .* MB at its peak for a batch of 256$/m);
  });

  it('config --describe --json prints one object', () => {
    const words = ['nano', 'loss.distillation=0', 'loss.alignment=0', '--describe', '--json'];
    const { status, stdout } = xkd('config', ...words);
    const { config, description } = JSON.parse(stdout);
    assert.equal(status, 0);
    assert.equal(config.loss.distillation, 0);
    assert.equal(
      description.parameters.parts.filter(({ used }: { used: boolean }) => used).length,
      6,
      'both students without heads, and both decoders',
    );
    assert.equal(description.tokens.video.teacherView, null);
  });

  it('without a command lists the commands', () => {
    const { status, stderr } = xkd();
    assert.equal(status, 2);
    assert.match(stderr, /Commands:[^]*config[^]*probe/);
  });

  it('reports a defect with its stack and exit code 70', () => {
    const script = `
      const { Command } = require('commander');
      Command.prototype.parseAsync = async () => { throw new TypeError('a defect'); };
      require(${JSON.stringify(main)}).main(['config']).then((code) => console.log(code));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.equal(stdout, '70\n');
    assert.match(stderr, /TypeError: a defect\n +at /);
  });
});

function xkd(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
}
