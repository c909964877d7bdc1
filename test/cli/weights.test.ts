import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  TrainState,
  configure,
  convertWeights,
  makeSampleSet,
  saveCheckpoint,
  type Inspection,
} from 'xkd/internal';

const program = resolve(__dirname, '..', '..', '..', 'lib', 'dist', 'cli', 'main.js');
const golden = resolve(__dirname, '..', '..', 'golden');
const teacher = join(golden, 'xkd_vid_teacher.pth.tar');

const xkd = (...words: string[]) => spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });

describe('xkd convert, inspect and probe with weights of PyTorch', function () {
  this.timeout(300_000);
  let folder: string;
  const at = (name: string) => join(folder, name);
  before(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-weights-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('inspect tells the kind first, then parts, then each tensor', () => {
    const { stdout, status } = xkd('inspect', teacher);
    assert.equal(status, 0);
    const lines = stdout.split('\n');
    assert.match(lines[0], /xkd_vid_teacher\.pth\.tar: PyTorch, zip, 336\.8 kB$/);
    assert.equal(lines[1], 'holds       one video backbone');
    assert.match(stdout, /^tensors +28, 81840 values stored$/m);
    assert.match(stdout, /^cuboid_embed\.proj\.weight +F32 +\[48, 384\] +73\.7 kB$/m);
  });

  it('inspect --json gives everything, and --check reads it', () => {
    const { stdout } = xkd('inspect', teacher, '--json', '--check');
    const found = JSON.parse(stdout) as Inspection;
    assert.equal(found.hashes, 'sound');
    assert.deepEqual(found.tensors[0], { name: 'cls_token', dtype: 'F32', shape: [1, 1, 48], bytes: 192 });
  });

  it('convert writes a file, says so, and does not replace it unasked', () => {
    const to = at('teacher.safetensors');
    const first = xkd('convert', teacher, to);
    assert.deepEqual([first.status, first.stdout], [0, `${to}: 28 tensors\n`]);
    const second = xkd('convert', teacher, to);
    assert.equal(second.status, 1);
    assert.match(second.stderr, /^xkd: ".*teacher\.safetensors" already exists; add --force[^\n]*\n$/);
    assert.equal(xkd('convert', teacher, to, '--force').status, 0);
  });

  const mistakes: [string, (to: string) => string[], RegExp][] = [
    ['one path', () => ['convert', teacher], /Two paths are needed/],
    ['no such file', (to) => ['convert', at('none.pth'), to], /There is no file ".*none\.pth"/],
    [
      'an unknown tower',
      (to) => ['convert', teacher, to, '--tower', 'video'],
      /Allowed choices are vid_student/,
    ],
    ['values without a preset', (to) => ['convert', teacher, to, 'encoder.width=48'], /add --preset/],
    [
      'a folder without a preset',
      () => ['convert', teacher, at('run')],
      /does not contain its configuration/,
    ],
    [
      'another size',
      () => ['convert', teacher, at('run'), '--preset', 'base'],
      /of width 48, depth 2, .* asks for/,
    ],
    [
      'no weights',
      () => ['inspect', program],
      /is neither a safetensors file nor one that torch\.save wrote/,
    ],
  ];
  for (const [what, words, message] of mistakes) {
    it(`${what}: one sentence, and nothing is written`, () => {
      const { status, stderr, stdout } = xkd(...words(at('never.pth')));
      assert.ok(status === 1 || status === 2);
      assert.equal(stdout, '');
      const lines = stderr.trimEnd().split('\n');
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0], message);
      assert.equal(existsSync(at('never.pth')) || existsSync(at('run')), false);
    });
  }

  it('a disk that takes no more leaves no half-written file', function () {
    if (process.platform === 'win32') this.skip();
    // A limit on the file size simulates a full disk: the write fails half-way.
    const script = `ulimit -f 64; trap '' XFSZ; exec "$0" "$@"`;
    for (const to of ['full.pth', 'full.safetensors']) {
      const words = ['-c', script, process.execPath, program, 'convert', teacher, at(to)];
      const { status, stderr } = spawnSync('sh', words, { encoding: 'utf8' });
      assert.equal(status, 1, stderr);
      assert.match(stderr, /would exceed the largest file/);
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.includes('full')),
        [],
      );
    }
  });

  it("probe takes a published backbone, and says whose features it can't give", async () => {
    const data = at('set');
    await makeSampleSet({ out: data, train: 16, test: 8 });
    const state = TrainState.create(configure('nano', { 'encoder.depth': 1 }));
    saveCheckpoint(state, at('c.safetensors'));
    state.dispose();
    const file = at('vid_teacher.pth.tar');
    await convertWeights({ from: [at('c.safetensors')], to: file, tower: 'vid_teacher' });
    const words = ['probe', '--checkpoint', file, '--preset', 'nano', '--data', data, '--json'];
    const sizes = ['encoder.depth=1', 'loader.workers=1'];
    const { stdout, stderr, status } = xkd(...words, ...sizes);
    assert.equal(status, 0, stderr);
    const found = JSON.parse(stdout) as {
      tower: string;
      modality: string;
      features: number;
      checkpoint: string;
    };
    assert.deepEqual(
      [found.tower, found.modality, found.features, found.checkpoint],
      ['teacher', 'video', 64, file],
    );
    const audio = xkd(...words, '--modality', 'audio', ...sizes);
    assert.equal(audio.status, 1);
    assert.match(audio.stderr, /xkd: The files hold video teacher, but no audio teacher/);
    writeFileSync(at('hostile.pth'), Buffer.from('\x80\x02\x8a\x0acos\nsystem\n', 'latin1'));
    assert.match(xkd('probe', '--checkpoint', at('hostile.pth'), '--data', data).stderr, /^xkd: "/m);
  });
});
