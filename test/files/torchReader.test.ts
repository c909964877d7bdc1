import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RandomStream, UserError, openTensorFile, type TensorFile } from 'xkd/internal';
import { userError } from '../support/userError';

/** Written by PyTorch 2.13.0, see makeFixtures.py there. */
const fixtures = resolve(__dirname, '..', '..', 'files', 'torch');
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<
  string,
  { shape: number[]; values: number[] }
>;

describe('files of torch.save', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-torch-'))));
  after(() => rmSync(folder, { recursive: true }));

  const files: [string, string][] = [
    ['values.pth', 'PyTorch, zip'],
    ['legacy.pth', 'PyTorch, before 1.6'],
    ['legacy3.pth', 'PyTorch, before 1.6'],
    ['legacy4.pth', 'PyTorch, before 1.6'],
    ['protocol4.pth', 'PyTorch, zip'],
    ['protocol5.pth', 'PyTorch, zip'],
    ['deflated.pth', 'PyTorch, zip'],
    ['zip64.pth', 'PyTorch, zip'],
    ['bigEndian.pth', 'PyTorch, zip'],
  ];
  for (const [name, format] of files) {
    it(`${name}: every type, views, strides, scalars and empty tensors as PyTorch reads them`, async () => {
      const file = await openTensorFile(join(fixtures, name));
      try {
        assert.equal(file.format, format);
        assertValues(file);
      } finally {
        file.close();
      }
    });
  }

  it('tells types, shapes and which tensors share values before any is read', async () => {
    const file = await openTensorFile(join(fixtures, 'values.pth'));
    assert.deepEqual(file.entry('bfloat16'), { dtype: 'BF16', shape: [3], byteLength: 6 });
    assert.deepEqual(file.entry('transposed'), { dtype: 'F32', shape: [6, 4], byteLength: 96 });
    assert.notEqual(file.storageOf('transposed'), file.storageOf('lastRow'));
    assert.throws(() => file.read('none'), userError(/values\.pth" has no tensor "none"/));
    file.close();
  });

  it("finds the state dict in a training script's checkpoint and leaves out DataParallel's prefix", async () => {
    const file = await openTensorFile(join(fixtures, 'checkpoint.pth.tar'));
    assert.deepEqual(file.names(), [
      '0.weight',
      '0.bias',
      '1.weight',
      '1.bias',
      '1.running_mean',
      '1.running_var',
      '1.num_batches_tracked',
    ]);
    assert.deepEqual(file.metadata, {
      epoch: '3',
      best: '0.5',
      architecture: 'vit',
      finished: 'true',
      large: String(2n ** 70n),
    });
    assert.deepEqual(file.read('1.num_batches_tracked').data, Int32Array.of(1));
    file.close();
  });

  const refused: [string, RegExp][] = [
    ['two.pth', /holds several sets of weights \(student, teacher\)/],
    ['list.pth', /holds no state dict.*torch\.save\(model\.state_dict\(\)/],
    ['script.pt', /is a TorchScript program, not weights/],
  ];
  for (const [name, message] of refused) {
    it(`refuses ${name} with the way out`, async () => {
      await assert.rejects(openTensorFile(join(fixtures, name)), userError(message));
    });
  }

  it('refuses other files by what they are', async () => {
    const cases: [string, Buffer, RegExp][] = [
      ['empty.pth', Buffer.alloc(0), /neither a safetensors file nor one that torch\.save wrote/],
      ['text.pth', Buffer.from('hello world, hello'), /neither/],
      ['zip.pth', Buffer.from('PK\x03\x04'), /zip\.pth" is not a valid PyTorch file/],
      ['old.tar', Buffer.concat([Buffer.alloc(257, 1), Buffer.from('ustar')]), /is a tar archive/],
      ['one.pth', Buffer.from([0x80, 2, 0x8a, 0x0a]), /is not a valid PyTorch file: it is cut off/],
    ];
    for (const [name, bytes, message] of cases) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      await assert.rejects(openTensorFile(path), userError(message), name);
    }
    await assert.rejects(openTensorFile(join(folder, 'none.pth')), userError(/There is no file/));
    await assert.rejects(openTensorFile(folder), userError(/is a folder/));
    const loop = join(folder, 'loop.pth');
    symlinkSync(loop, loop);
    await assert.rejects(openTensorFile(loop), userError(/loop\.pth" is a link that leads back to itself/));
    const pipe = join(folder, 'pipe.pth');
    execFileSync('mkfifo', [pipe]);
    await assert.rejects(openTensorFile(pipe), userError(/pipe\.pth" is a pipe or a device/));
    await assert.rejects(openTensorFile('/dev/zero'), userError(/is a pipe or a device/));
  });

  it('meets truncation of either format with a sentence', async () => {
    for (const name of ['values.pth', 'legacy.pth']) {
      const bytes = readFileSync(join(fixtures, name));
      const path = join(folder, 'cut.pth');
      for (let length = 1; length < bytes.length; length += 97) {
        writeFileSync(path, bytes.subarray(0, length));
        await assert.rejects(readAll(path), userError(/cut\.pth/), `${name} cut to ${length}`);
      }
    }
  });

  it('finds a flipped bit in the values of a zip file by its checksum', async () => {
    const bytes = readFileSync(join(fixtures, 'values.pth'));
    const place = bytes.indexOf(Buffer.from(Float32Array.of(...expected.float32.values.slice(0, 4)).buffer));
    bytes[place + 1] ^= 1;
    const path = join(folder, 'flipped.pth');
    writeFileSync(path, bytes);
    await assert.rejects(readAll(path), userError(/do not fit their checksum/));
  });

  it('meets any damage with a UserError or with tensors of the right shapes', async function () {
    this.timeout(60_000);
    const random = RandomStream.fromSeed('torch');
    const path = join(folder, 'fuzz.pth');
    for (const name of ['values.pth', 'legacy.pth', 'mae.pth', 'dino4.pth']) {
      const sound = readFileSync(join(fixtures, name));
      let refusals = 0;
      for (let round = 0; round < 300; round++) {
        const bytes = Buffer.from(sound);
        for (let n = random.integer(1, 4); n > 0; n--)
          bytes[random.integer(0, bytes.length)] = random.integer(0, 256);
        writeFileSync(path, bytes);
        try {
          await readAll(path);
        } catch (error) {
          assert.ok(error instanceof UserError, String((error as Error).stack));
          refusals++;
        }
      }
      assert.ok(refusals > 100, `${refusals} of 300 refused`);
    }
  });
});

function assertValues(file: TensorFile): void {
  assert.deepEqual(file.names(), Object.keys(expected));
  for (const [name, { shape, values }] of Object.entries(expected)) {
    const tensor = file.read(name);
    assert.deepEqual(tensor.shape, shape, name);
    const same = tensor.dtype === 'F32' ? Float32Array.from(values) : Int32Array.from(values);
    assert.deepEqual(tensor.data, same, name);
  }
}

async function readAll(path: string): Promise<void> {
  const file = await openTensorFile(path);
  try {
    for (const name of file.names()) {
      const { data, shape } = file.read(name);
      assert.equal(
        data.length,
        shape.reduce((a, b) => a * b, 1),
      );
    }
  } finally {
    file.close();
  }
}
