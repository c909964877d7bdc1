import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetNames, presets } from 'xkd/internal';
import { completionCandidates } from 'xkd/dist/cli/completion/candidates';
import { createProgram } from 'xkd/dist/cli/main';
import { runHere } from '../support/commandLine';

const complete = (...words: string[]) => completionCandidates(createProgram(), words).map(({ text }) => text);

describe('completion', function () {
  this.timeout(120_000);

  it('offers commands, also those of groups, but none that are hidden', () => {
    assert.deepEqual(complete('pro'), ['probe']);
    assert.deepEqual(complete('evaluate', 'f'), ['finetune', 'few-labels']);
    assert.ok(complete('').includes('completion'));
    assert.ok(!complete('').includes('complete'));
    assert.deepEqual(complete('completion', ''), ['bash', 'zsh', 'fish']);
  });

  it('offers options with what they mean, and their values', () => {
    assert.deepEqual(complete('pretrain', '--re'), ['--resume', '--restarts']);
    assert.ok(!complete('extract', '--').includes('--root'));
    assert.deepEqual(complete('pretrain', '--preset', ''), Object.keys(presets));
    assert.deepEqual(complete('extract', '--dataset', ''), [...datasetNames]);
    assert.deepEqual(complete('extract', '--dataset=uc'), ['--dataset=ucf101']);
    assert.deepEqual(complete('evaluate', 'svm', '--modality', 'a'), ['audio']);
    const [{ help }] = completionCandidates(createProgram(), ['extract', '--ret']);
    assert.match(help ?? '', /^retry files/);
  });

  it('offers keys, then the values of those that have few, and presets', () => {
    assert.deepEqual(complete('config', 'nano-'), ['nano-mas', 'nano-mats']);
    assert.deepEqual(complete('config', 'nano', 'refi'), ['refinement=']);
    assert.deepEqual(complete('pretrain', '--data', 'x', '--out', 'y', 'mask.video=0.9', 'refinement='), [
      'refinement=none',
      'refinement=mean',
      'refinement=softmax',
    ]);
    assert.deepEqual(complete('evaluate', 'svm', 'costC'), ['costChoice=']);
    assert.deepEqual(complete('data', 'make', 'common'), ['commonShare=']);
  });

  it('leaves names of files to the shell', () => {
    assert.deepEqual(complete('pretrain', '--data', ''), []);
    assert.deepEqual(complete('inspect', ''), []);
  });

  it('is one sentence for a shell that has none', async () => {
    const { stderr, code } = await runHere(['completion', 'tcsh']);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^xkd: Command-argument value 'tcsh' is invalid for argument 'shell'\. Allowed choices are bash, zsh, fish\./,
    );
  });

  describe('in a shell', () => {
    let folder: string;
    before(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-completion-'))));
    after(() => rmSync(folder, { recursive: true }));

    /** Runs lines in a shell that has loaded its script; null if the machine has no such shell. */
    async function inShell(shell: string, lines: string): Promise<string | null> {
      if (spawnSync(shell, ['-c', 'exit 0']).status !== 0) return null;
      const script = join(folder, `xkd.${shell}`);
      writeFileSync(script, (await runHere(['completion', shell])).stdout);
      // zsh completes with what its own functions would show.
      const before =
        shell === 'zsh'
          ? 'compdef() { : }; _files() { print files }; _describe() { print -l -- "${(@P)2}" };'
          : '';
      // npx has a command of that name on the path; other shells do not.
      const PATH = (process.env.PATH ?? '')
        .split(':')
        .filter((each) => !each.includes('node_modules'))
        .join(':');
      const { stdout, stderr } = spawnSync(shell, ['-c', `${before}source ${script}\n${lines}`], {
        encoding: 'utf8',
        env: { ...process.env, PATH },
      });
      assert.equal(stderr, '');
      return stdout;
    }

    it('bash: whole words, and behind = only what is missing', async function () {
      const ask = (line: string) =>
        inShell(
          'bash',
          `COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}; _xkd_complete; printf '%s\\n' "\${COMPREPLY[@]}"; type -t xkd`,
        );
      const found = await ask('xkd evaluate li');
      if (found === null) return this.skip();
      assert.equal(found, 'linear\nfunction\n');
      assert.equal(await ask('xkd config nano refinement=m'), 'mean\nfunction\n');
      assert.equal(await ask('xkd pretrain --preset '), `${Object.keys(presets).join('\n')}\nfunction\n`);
      assert.equal(await ask('xkd pretrain --data '), '\nfunction\n');
    });

    it('zsh: with what they mean, and files where nothing else fits', async function () {
      const ask = (...words: string[]) =>
        inShell(
          'zsh',
          `words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _xkd`,
        );
      const found = await ask('xkd', 'evaluate', 'k');
      if (found === null) return this.skip();
      assert.equal(found, 'knn:Nearest neighbours by the cosine of features; nothing is learnt\n');
      assert.match((await ask('xkd', 'config', 'nano', 'refi'))!, /^refinement=:cross-modal/);
      assert.equal(await ask('xkd', 'pretrain', '--data', ''), 'files\n');
    });

    it('fish: with what they mean', async function () {
      const ask = (line: string) => inShell('fish', `complete -C ${JSON.stringify(line)}`);
      const found = await ask('xkd evaluate k');
      if (found === null) return this.skip();
      assert.equal(found, 'knn\tNearest neighbours by the cosine of features; nothing is learnt\n');
      assert.match((await ask('xkd config nano refinement=m'))!, /^refinement=mean\t/);
    });
  });
});
