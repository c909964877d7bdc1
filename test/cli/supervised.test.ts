import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeSampleSet, readMetricsFile, readResult } from 'xkd/internal';
import { assertRefused, runHere } from '../support/commandLine';

const program = resolve(__dirname, '..', '..', '..', 'lib', 'dist', 'cli', 'main.js');

describe('xkd evaluate finetune and linear', function () {
  this.timeout(300_000);
  let folder: string;
  let data: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-evaluate-'));
    data = join(folder, 'set');
    await makeSampleSet({ out: data, train: 16, test: 8 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const words = (name: string, protocol: string, ...more: string[]) => [
    'evaluate',
    protocol,
    ...['--checkpoint', 'none', '--preset', 'nano', '--data', data],
    ...['--out', join(folder, name), '--features', join(folder, name, 'store')],
    ...[
      'encoder.depth=1',
      'encoder.width=16',
      'loader.workers=1',
      'batch=8',
      'warmupEpochs=1',
      'testClips=1',
    ],
    ...more,
  ];
  const run = (...all: string[]) => spawnSync(process.execPath, [program, ...all], { encoding: 'utf8' });
  const store = (name: string) => join(folder, name, 'store');
  const training = (name: string) => {
    const found = existsSync(store(name))
      ? readdirSync(store(name)).filter((each) => /^finetune/.test(each))
      : [];
    return found.length === 0 ? null : join(store(name), found[0]);
  };
  const epochs = (name: string) => {
    const path = training(name) && join(training(name)!, 'metrics.jsonl');
    return path && existsSync(path) ? readMetricsFile(path) : [];
  };
  const until = async (child: ChildProcess, holds: () => boolean) => {
    while (child.exitCode === null && child.signalCode === null && !holds())
      await new Promise((done) => setTimeout(done, 5));
  };
  const ended = (child: ChildProcess) =>
    new Promise<number | null>((done) => child.once('close', (code) => done(code)));

  it('comes to the same after kill -9 and SIGINT as in one go', async () => {
    const settings = ['epochs=30', 'testCrops=1'];
    const whole = run(...words('whole', 'finetune', ...settings));
    assert.equal(whole.status, 0, whole.stderr);
    assert.match(whole.stdout, /top1 +\d+\.\d %/);
    for (const [signal, code, after] of [
      ['SIGKILL', null, 1],
      ['SIGINT', 130, 3],
    ] as const) {
      const child = spawn(process.execPath, [program, ...words('cut', 'finetune', ...settings)], {
        stdio: 'ignore',
      });
      const end = ended(child);
      await until(child, () => epochs('cut').length >= after);
      child.kill(signal);
      assert.equal(await end, code);
    }
    assert.ok(existsSync(join(training('cut')!, 'classifier.safetensors')));
    assert.ok(epochs('cut').length < 30);
    const last = run(...words('cut', 'finetune', ...settings));
    assert.equal(last.status, 0, last.stderr);
    const weights = (name: string) => readFileSync(join(training(name)!, 'classifier.safetensors'));
    assert.ok(weights('cut').equals(weights('whole')));
    const figures = (name: string) => epochs(name).map((row) => ({ ...row, seconds: 0 }));
    assert.deepEqual(figures('cut'), figures('whole'));
    const result = (name: string) =>
      readResult(join(folder, name, 'finetune-folder-video-student-seed0.json'));
    assert.deepEqual(result('cut').metrics, result('whole').metrics);
  });

  it('takes the settings of a modality as defaults, and any of them as a word', async () => {
    const heard = await runHere(
      words('heard', 'linear', '--modality', 'audio', 'features=once', 'epochs=2', 'dropout=0.1'),
    );
    assert.equal(heard.code, 0, heard.stderr);
    const { settings, modality } = readResult(
      join(folder, 'heard', 'linear-folder-audio-student-seed0.json'),
    );
    assert.equal(modality, 'audio');
    assert.deepEqual([settings.learningRate, settings.dropout, settings.testCrops], [1e-3, 0.1, 1]);
    const { stdout: help } = await runHere(['evaluate', 'finetune', '--help']);
    for (const line of [/layerDecay=0.45/, /randAugment=4/, /mixup=0.6/]) assert.match(help, line);
    assert.match(
      help,
      /--modality video --dataset hmdb51: learningRate=0.0001 layerDecay=0.75 mixup=1 cutmix=1\n/,
    );
  });

  it('refuses in one sentence, with no stack trace', async () => {
    await assertRefused(words('bad', 'linear', 'dropout=2'), /dropout must be less than 1; 2 is not\./);
    await assertRefused(words('bad', 'linear', 'layerDecay=0.5'), /There is no (key|setting) "layerDecay"/);
    await assertRefused(words('bad', 'linear', 'batch=17'), /batch is 17.*only 16 clips/);
    await assertRefused(
      words('bad', 'finetune', '--modality', 'audio', 'testCrops=3'),
      /sound has no frames/,
    );
    await assertRefused(words('bad', 'linear', '--modality', 'both'), /both/);
    const weights = resolve(__dirname, '..', '..', 'golden', 'xkd_vid_teacher.pth.tar');
    const ofTheseWeights = ['encoder.width=48', 'encoder.depth=2', 'clip.frameSize=48'];
    await assertRefused(
      [
        ...['evaluate', 'linear', '--checkpoint', weights, '--preset', 'nano', '--data', data],
        ...['--modality', 'audio', '--tower', 'teacher', ...ofTheseWeights],
      ],
      /no audio teacher/,
    );
  });
});
