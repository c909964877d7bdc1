import assert from 'node:assert/strict';
import {
  type Role,
  UserError,
  type XkdConfig,
  canonicalName,
  configure,
  initialWeights,
  ownedSpecs,
  parameterSpecs,
  tf,
} from 'xkd/internal';
import { tinyConfig } from '../support/tiny';

const count = (config: XkdConfig, trainable?: boolean) =>
  parameterSpecs(config)
    .filter((spec) => trainable === undefined || spec.trainable === trainable)
    .reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);

describe('parameters', () => {
  it("the paper's model has 396.4 M, 206.3 M of them trainable", () => {
    const base = configure('base');
    assert.equal((count(base) / 1e6).toFixed(1), '396.4');
    assert.equal((count(base, true) / 1e6).toFixed(1), '206.3');
  });

  it('names of one tensor lead to one stored name', () => {
    const ms = tinyConfig();
    assert.equal(canonicalName(ms, 'vid_ae.encoder.cls_token'), 'vid_student.backbone.cls_token');
    assert.equal(canonicalName(ms, 'aud_teacher.head.mlp.4.weight'), 'aud_teacher.head.mlp.1.weight');
    assert.equal(canonicalName(ms, 'aud_teacher.head.mlp.3.weight'), 'aud_teacher.head.mlp.3.weight');
    const block = 'backbone.encoder.blocks.0.norm1.weight';
    assert.equal(canonicalName(ms, `aud_student.${block}`), `aud_student.${block}`);
    const mas = tinyConfig({ sharing: 'students' });
    assert.equal(canonicalName(mas, `aud_student.${block}`), `vid_student.${block}`);
    assert.equal(canonicalName(mas, `aud_ae.encoder.encoder.blocks.0.norm1.weight`), `vid_student.${block}`);
    assert.equal(canonicalName(mas, `aud_teacher.${block}`), `aud_teacher.${block}`);
    const mats = tinyConfig({ sharing: 'teachersAndStudents' });
    assert.equal(canonicalName(mats, `aud_teacher.${block}`), `vid_teacher.${block}`);
  });

  it('tell how they are updated', () => {
    const specs = new Map(parameterSpecs(configure('nano')).map((spec) => [spec.name, spec]));
    // Role, layer, decayed, clipped, last layer of the head.
    const table: [string, Role, number | null, boolean, boolean, boolean][] = [
      ['vid_student.backbone.cls_token', 'student', 0, true, true, false],
      ['aud_student.backbone.enc_pos_embed', 'student', 0, true, true, false],
      ['vid_student.backbone.cuboid_embed.proj.bias', 'student', 0, false, true, false],
      ['aud_student.backbone.encoder.blocks.0.norm1.weight', 'student', 1, false, true, false],
      ['vid_teacher.backbone.encoder.blocks.2.attn.qkv.weight', 'teacher', 3, true, false, false],
      ['vid_teacher.backbone.encoder_norm.bias', 'teacher', 4, false, false, false],
      ['aud_student.head.mlp.3.weight', 'student', null, true, true, false],
      ['aud_student.head.mlp.3.bias', 'student', null, false, true, false],
      ['vid_student.head.last_layer.weight_v', 'student', null, true, true, true],
      ['aud_teacher.head.last_layer.weight_v', 'teacher', null, true, false, true],
      ['vid_ae.mask_token', 'student', null, true, false, false],
      ['aud_ae.decoder.blocks.1.mlp.fc2.bias', 'student', null, false, false, false],
    ];
    for (const [name, ...traits] of table) {
      const { role, layer, decayed, clipped, lastLayer } = specs.get(name)!;
      assert.deepEqual([role, layer, decayed, clipped, lastLayer], traits, name);
    }
  });

  it("a teacher's parameter follows the same one of its student, nothing else follows", () => {
    for (const { name, role, follows } of ownedSpecs(tinyConfig())) {
      const student = name.replace('_teacher.', '_student.');
      assert.equal(follows, role === 'teacher' ? student : null, name);
    }
  });

  it('start as the release starts them', () => {
    const weights = initialWeights(tinyConfig({ 'encoder.width': 64, 'encoder.heads': 4 }));
    const of = (name: string) => weights.get(`vid_student.${name}`)!.dataSync();
    const deviation = (values: ArrayLike<number>) =>
      Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0) / values.length);
    const qkv = of('backbone.encoder.blocks.0.attn.qkv.weight');
    const bound = Math.sqrt(6 / (64 + 192));
    assert.ok(Math.max(...qkv) <= bound && Math.max(...qkv) > 0.98 * bound, 'Xavier bound');
    assert.ok(Math.abs(deviation(qkv) - bound / Math.sqrt(3)) < 0.01 * bound);
    assert.ok(Math.abs(deviation(of('backbone.enc_pos_embed')) - 0.02) < 0.001);
    assert.ok(Math.abs(deviation(of('head.mlp.0.weight')) - 0.02) < 0.002);
    assert.ok(of('backbone.encoder_norm.weight').every((v) => v === 1));
    assert.ok(of('backbone.encoder.blocks.0.mlp.fc1.bias').every((v) => v === 0));
    tf.dispose([...weights.values()]);
  });

  it('names a weight that no memory can hold', () => {
    assert.throws(
      () => initialWeights(tinyConfig({ 'encoder.width': 2 ** 40, 'encoder.heads': 1 })),
      (error) => error instanceof UserError && /The weight ".*" of \[.*would take .* GB/.test(error.message),
    );
  });

  it('no two blocks start equal, teachers equal their students, another seed gives other weights', () => {
    const weights = initialWeights(tinyConfig());
    const bytes = (name: string) => [...weights.get(name)!.dataSync()];
    const matrices = [...weights.keys()].filter((name) => /_student\..*qkv|_ae\..*qkv/.test(name));
    const texts = matrices.map((name) => bytes(name).join());
    assert.ok(matrices.length === 6);
    assert.equal(new Set(texts).size, matrices.length);
    for (const name of weights.keys()) {
      if (name.includes('_teacher.'))
        assert.deepEqual(bytes(name), bytes(name.replace('_teacher.', '_student.')));
    }
    const other = initialWeights(tinyConfig({ seed: 1 }));
    assert.notDeepEqual([...other.get(matrices[0])!.dataSync()], bytes(matrices[0]));
    tf.dispose([...weights.values(), ...other.values()]);
  });

  it('teachers start as the blocks that their students use, shared ones too', () => {
    for (const sharing of ['students', 'teachersAndStudents'] as const) {
      const config = tinyConfig({ sharing });
      const weights = initialWeights(config);
      const bytes = (name: string) => [...weights.get(canonicalName(config, name))!.dataSync()];
      const block = 'backbone.encoder.blocks.0.attn.qkv.weight';
      assert.deepEqual(bytes(`aud_teacher.${block}`), bytes(`aud_student.${block}`), sharing);
      tf.dispose([...weights.values()]);
    }
  });
});
