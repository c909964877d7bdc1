import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type PretrainingRun, type StepMetrics, TensorBoard, boardPictures } from 'xkd/internal';
import { hasNativeOps } from 'xkd/dist/tensor/runOp';
import { config, open, source } from '../support/runs';

const requirements = resolve('scripts', 'requirements-tensorboard.txt');
const python = resolve('.venv', 'bin', 'python');

interface Found {
  readonly scalars: Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;
  readonly images: Readonly<
    Record<string, readonly (readonly [step: number, width: number, height: number, start: string])[]>
  >;
}

/**
 * PyPI's TensorBoard with the packages that its reader needs, in a separate folder: it is not part of the environment,
 * whose size it would increase. Null if it is not installed and cannot be downloaded.
 */
function readerFolder(): string | null {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = resolve('.native', `tensorboard-${hash}`);
  if (existsSync(folder)) return folder;
  const half = `${folder}.${process.pid}`;
  const words = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', half, '-r', requirements];
  const { status, stderr } = spawnSync(python, words, { encoding: 'utf8' });
  if (status === 0) renameSync(half, folder);
  else if (process.env.CI === 'true') throw new Error(`TensorBoard could not be installed: ${stderr}`);
  return status === 0 ? folder : null;
}

describe('files of TensorBoard', function () {
  this.timeout(300_000);
  let folder: string;
  let reader: string | null;
  before(() => (reader = readerFolder()));
  beforeEach(function () {
    if (!hasNativeOps()) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'xkd-board-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const events = () => join(folder, 'run', 'tensorboard');
  const read = (): Found => {
    const { status, stdout, stderr } = spawnSync(
      python,
      [resolve('test', 'tensorboard', 'readEvents.py'), reader!, events()],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Found;
  };

  async function train(run: PretrainingRun, steps: number, runFolder: string | null = null) {
    const { video, audio } = await source(config, 0).next();
    const board = new TensorBoard({
      run,
      folder: events(),
      runFolder,
      clips: { video: video[0], audio: audio[0] },
    });
    const rows: StepMetrics[] = [];
    for await (const row of run) {
      board.write(row);
      if (rows.push(row) === steps) break;
    }
    board.close();
    await run.close();
    return rows;
  }

  it('hold losses, rates and pictures, as TensorBoard reads them', async function () {
    if (reader === null) return this.skip();
    const run = await open(join(folder, 'run'));
    const rows = await train(run, 8);
    const { scalars, images } = read();
    assert.deepEqual(
      scalars['loss/total'],
      rows.map(({ step, total }) => [step, Math.fround(total)]),
    );
    assert.deepEqual(
      scalars['rate/learningRate'],
      rows.map(({ step, learningRate }) => [step, Math.fround(learningRate)]),
    );
    assert.equal(Object.keys(scalars).length, Object.keys(rows[0]).length - 1);
    // At the start, with the checkpoints of steps 3 and 6, and at the end.
    const side = config.clip.frameSize;
    for (const tag of ['reconstruction/video/clip 0', 'attention/video/clip 3'])
      assert.deepEqual(
        images[tag],
        [0, 3, 6, 8].map((step) => [step, 8 * (side + 2) - 2, 3 * (side + 2) - 2, '89504e47']),
      );
    const { columns, melBands } = config.spectrogram;
    for (const tag of ['reconstruction/audio/clip 0', 'attention/audio/clip 3'])
      assert.deepEqual(images[tag][0], [0, columns, 3 * (melBands + 2) - 2, '89504e47']);
    assert.equal(Object.keys(images).length, 4 * 4);
    run.state.dispose();
  });

  it('go on with a run that goes on, each step once', async function () {
    if (reader === null) return this.skip();
    const out = join(folder, 'run');
    const first = await open(out);
    await train(first, 5);
    first.state.dispose();
    // As after a kill: the checkpoint of step 3 is the newest.
    rmSync(join(out, 'checkpoints', 'step-0000005.safetensors'));
    const second = await open(out, { resume: true });
    assert.equal(second.state.step, 3);
    await train(second, 8, out);
    second.state.dispose();
    const steps = read().scalars['loss/total'].map(([step]) => step);
    assert.deepEqual(steps, [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('begin with the earlier steps of a run that was begun without them', async function () {
    if (reader === null) return this.skip();
    const out = join(folder, 'run');
    const first = await open(out);
    for await (const { step } of first) if (step === 3) break;
    await first.close();
    first.state.dispose();
    const second = await open(out, { resume: true });
    await train(second, 8, out);
    second.state.dispose();
    const steps = read().scalars['loss/total'].map(([step]) => step);
    assert.deepEqual(steps, [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('leave the run as it would be without them', async () => {
    const [plain, watched] = [await open(null), await open(null)];
    const rows: StepMetrics[] = [];
    for await (const row of plain) rows.push(row);
    await plain.close();
    const same = await train(watched, 8);
    const losses = (all: StepMetrics[]) => all.map(({ total, distillation }) => [total, distillation]);
    assert.deepEqual(losses(same), losses(rows));
    const { video, audio } = await source(config, 0).next();
    const pictures = boardPictures(watched.state, { video: video[0], audio: audio[0] });
    for (const [tag, { data, width, height }] of pictures) {
      assert.equal(data.length, 3 * width * height, tag);
      assert.ok(new Set(data).size > 2, `${tag} shows something`);
    }
    plain.state.dispose();
    watched.state.dispose();
  });
});
