import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  openTensorFile,
  readSafetensors,
  writeSafetensors,
  writeTorchFile,
  type TensorSource,
  type WrittenType,
} from 'xkd/internal';
import { userError } from '../support/userError';

/** Written by PyTorch 2.13.0 and safetensors 0.8.0, see makeCheckpoints.py there. */
const fixtures = resolve(__dirname, '..', '..', 'files', 'torch');
const at = (name: string) => join(fixtures, name);

/** Names, first value of the class token, and plain values of a file. */
async function contentOf(name: string, stateDict?: string) {
  const file = await openTensorFile(at(name), { stateDict });
  try {
    const names = file.names();
    const token = names.find((each) => each.endsWith('cls_token'));
    return {
      names,
      token: token === undefined ? null : file.read(token).data[0],
      metadata: file.metadata,
      chosen: file.stateDict,
      others: file.otherStateDicts,
    };
  } finally {
    file.close();
  }
}

describe("checkpoints of other projects' training scripts", () => {
  const plain = ['cls_token', 'patch_embed.proj.weight'];
  const inBackbone = plain.map((name) => `backbone.${name}`);

  it('MAE: weights beside arguments, enumerations, paths, numpy values and other objects', async () => {
    const found = await contentOf('mae.pth');
    assert.deepEqual(found, {
      names: plain,
      token: 1,
      metadata: { epoch: '799' },
      chosen: 'model',
      others: [],
    });
  });

  it("VideoMAE: numpy's numbers are read; the averaged model can be chosen", async () => {
    const { names, token, metadata, others } = await contentOf('videomae.pth');
    assert.deepEqual([names, token, others], [plain, 1, ['model_ema']]);
    assert.deepEqual(metadata, { epoch: '5', max_accuracy: '81.5' });
    assert.equal((await contentOf('videomae.pth', 'model_ema')).token, 2);
  });

  for (const name of ['dino.pth', 'dino4.pth', 'dinoLegacy.pth']) {
    it(`DINO, ${name}: student and teacher are listed, and one is chosen`, async () => {
      await assert.rejects(
        openTensorFile(at(name)),
        userError(
          /holds several sets of weights \(student, teacher, dino_loss\); choose one, such as --state-dict student/,
        ),
      );
      assert.deepEqual(await contentOf(name, 'teacher'), {
        names: inBackbone,
        token: 2,
        metadata: { epoch: '100' },
        chosen: 'teacher',
        others: ['student', 'dino_loss'],
      });
      assert.equal((await contentOf(name, 'student')).token, 1);
      await assert.rejects(
        openTensorFile(at(name), { stateDict: 'ema' }),
        userError(/holds no state dict "ema"; it holds student, teacher, dino_loss\.$/),
      );
    });
  }

  it("JEPA: encoder and target encoder, beside objects of the script's own classes", async () => {
    await assert.rejects(openTensorFile(at('jepa.pth')), userError(/\(encoder, predictor, target_encoder\)/));
    const { names, token, metadata } = await contentOf('jepa.pth', 'target_encoder');
    assert.deepEqual([names, token], [inBackbone, 2]);
    assert.deepEqual(metadata, { epoch: '300', loss: '0.25', batch_size: '24' });
  });

  it('a state dict of student and teacher gives the part that is asked for', async () => {
    assert.equal((await contentOf('oneDict.pth')).names.length, 4);
    const { names, token } = await contentOf('oneDict.pth', 'teacher');
    assert.deepEqual([names, token], [inBackbone, 2]);
    await assert.rejects(
      openTensorFile(at('compiled.safetensors'), { stateDict: 'teacher' }),
      userError(/has no part "teacher"; its names begin with _orig_mod\.$/),
    );
    await assert.rejects(
      openTensorFile(at('values.pth'), { stateDict: 'teacher' }),
      userError(/is one state dict itself and has no part "teacher"; leave --state-dict out/),
    );
  });

  it('names are without the parts of wrappers, wherever these stand', async () => {
    for (const name of ['compiled.pth', 'compiled.safetensors']) {
      assert.deepEqual((await contentOf(name)).names, plain, name);
    }
    assert.deepEqual((await contentOf('compiledInside.pth')).names, inBackbone);
    assert.deepEqual((await contentOf('averaged.pth')).names, ['weight', 'bias']);
  });

  it('a module, tensors of other layouts and attributes of parameters are told apart', async () => {
    await assert.rejects(
      openTensorFile(at('wholeModule.pth')),
      userError(
        /no state dict .* but an object of the class torch\.nn\.modules\.linear\.Linear; in Python, save one/,
      ),
    );
    await assert.rejects(
      openTensorFile(at('sparse.pth')),
      userError(/holds "w" in the form of torch\._utils\._rebuild_sparse/),
    );
    assert.deepEqual((await contentOf('attributes.pth')).names, ['w']);
  });
});

describe('values of 16 and 8 bits', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-small-'))));
  after(() => rmSync(folder, { recursive: true }));

  for (const name of ['float8.pth', 'float8.safetensors']) {
    it(`${name}: every value of E4M3 and E5M2 is what PyTorch makes of it`, async () => {
      const expected = readSafetensors(at('float8As32.safetensors')).tensors;
      const file = await openTensorFile(at(name));
      for (const each of ['e4m3', 'e5m2'])
        assert.deepEqual([...file.read(each).data], [...expected.get(each)!.data], each);
      assert.equal(file.entry('e4m3').dtype, 'F8_E4M3');
      file.close();
    });
  }

  for (const [name, type] of [
    ['float4.pth', 'F4'],
    ['float4.safetensors', 'F4'],
    ['float8e8m0.pth', 'F8_E8M0'],
    ['float8e8m0.safetensors', 'F8_E8M0'],
  ]) {
    it(`${name} is refused by the name of its type`, async () => {
      const message = new RegExp(`holds "blocks" in values of type ${type}, which is not read here`);
      await assert.rejects(openTensorFile(at(name)), userError(message));
    });
  }

  it('are rounded as PyTorch rounds them, and written in both formats', async () => {
    const { tensors } = readSafetensors(at('rounded.safetensors'));
    const data = tensors.get('f32')!.data;
    const sources = new Map<string, TensorSource>(
      (['F16', 'BF16'] as WrittenType[]).map((dtype) => [
        dtype.toLowerCase(),
        { dtype, shape: [data.length], data },
      ]),
    );
    writeSafetensors(join(folder, 'r.safetensors'), sources);
    await writeTorchFile(join(folder, 'r.pth'), sources);
    for (const name of ['r.safetensors', 'r.pth']) {
      const file = await openTensorFile(join(folder, name));
      for (const each of ['f16', 'bf16']) {
        assert.equal(file.entry(each).dtype, each.toUpperCase());
        assert.deepEqual([...file.read(each).data], [...tensors.get(each)!.data], `${name} ${each}`);
      }
      file.close();
    }
  });
});
