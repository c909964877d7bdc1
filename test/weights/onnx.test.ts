import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  configure,
  extractPatchMean,
  type Modality,
  RandomStream,
  saveCheckpoint,
  tf,
  TrainState,
  viewShapes,
} from 'xkd/internal';
import { temporaryFolder } from '../media/fixtures';
import { assertRefused, runHere } from '../support/commandLine';

const requirements = resolve('scripts', 'requirements-onnx.txt');
const python = resolve('.venv', 'bin', 'python');

/** PyPI's ONNX Runtime, in a folder of its own beside the environment. Null if it is not there and cannot be fetched. */
function runtimeFolder(): string | null {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = resolve('.native', `onnx-${hash}`);
  if (existsSync(folder)) return folder;
  const half = `${folder}.${process.pid}`;
  const words = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', half, '-r', requirements];
  const { status, stderr } = spawnSync(python, words, { encoding: 'utf8' });
  if (status === 0) renameSync(half, folder);
  else if (process.env.CI === 'true') throw new Error(`ONNX Runtime could not be installed: ${stderr}`);
  return status === 0 ? folder : null;
}

describe('xkd export onnx', function () {
  this.timeout(300_000);
  const at = temporaryFolder();
  let runtime: string | null;

  before(function () {
    runtime = runtimeFolder();
    if (runtime === null) {
      console.log('    no ONNX Runtime here, and it could not be fetched');
      this.skip();
    }
  });

  for (const [tower, overrides] of [
    ['vid_student', {}],
    ['aud_teacher', { 'encoder.registers': 3 }],
    ['vid_teacher', { sharing: 'teachersAndStudents' }],
  ] as const) {
    it(`${tower}: gives the features in ONNX Runtime, for any number of clips`, async () => {
      const config = configure('nano', overrides);
      const modality: Modality = tower.startsWith('vid') ? 'video' : 'audio';
      const role = tower.endsWith('student') ? 'student' : 'teacher';
      const state = TrainState.create(config);
      saveCheckpoint(state, at(`${tower}.safetensors`));
      const model = at(`${tower}.onnx`);
      const { code, stdout, stderr } = await runHere([
        ...['export', 'onnx', at(`${tower}.safetensors`), '--tower', tower, '--out', model],
      ]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`${tower}, opset 17, \\d\\.\\d MB\\n$`));
      const stream = RandomStream.fromSeed(3);
      for (const clips of [1, 5]) {
        const shape = [clips, ...viewShapes(config)[modality][0]];
        const view = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal());
        writeFileSync(at('view.bin'), view);
        const words = [
          resolve('test', 'weights', 'onnx.py'),
          runtime!,
          model,
          at('view.bin'),
          shape.join('x'),
        ];
        const ran = spawnSync(python, [...words, at('features.bin')], { encoding: 'utf8' });
        assert.equal(ran.status, 0, ran.stderr);
        assert.ok(
          ran.stdout.startsWith(`['batch', ${shape.slice(1).join(', ')}] [${clips}, 64]`),
          ran.stdout,
        );
        const found = new Float32Array(Uint8Array.from(readFileSync(at('features.bin'))).buffer);
        const expected = tf.tidy(() =>
          extractPatchMean(config, state.scope, { modality, role }, tf.tensor(view, shape)).dataSync(),
        );
        const scale = Math.max(...expected.map(Math.abs));
        assert.equal(found.length, expected.length);
        found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= 1e-4 * scale));
      }
      state.dispose();
    });
  }

  it('refuses in one sentence what it cannot write', async () => {
    const words = ['export', 'onnx', at('vid_student.safetensors'), '--tower', 'vid_student', '--out'];
    await assertRefused([...words, at('model.pb')], /model\.pb" must end in \.onnx\.$/m);
    await assertRefused([...words.slice(0, 2), at('none'), ...words.slice(3), at('m.onnx')], /none/);
  });
});
