import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DamagedFile,
  openSafetensors,
  RandomStream,
  readSafetensors,
  UserError,
  writeSafetensors,
  writeSealedSafetensors,
  type StoredTensor,
} from 'xkd/internal';
import { userError } from '../support/userError';

describe('safetensors', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-safetensors-'));
    path = join(folder, 'a.safetensors');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives back what was written, whatever the shapes and names', () => {
    const random = RandomStream.fromSeed('safetensors');
    for (let round = 0; round < 30; round++) {
      const tensors = randomTensors(random);
      const metadata = { step: String(round), 'näme "x"': 'line\nend' };
      writeSafetensors(path, tensors, metadata);
      const back = readSafetensors(path);
      assert.deepEqual(back.tensors, tensors);
      assert.deepEqual(back.metadata, metadata);
    }
  });

  it('lies on disk as the format says', () => {
    writeSafetensors(path, new Map([['w', { dtype: 'F32', shape: [2], data: Float32Array.of(1, -2) }]]));
    const bytes = readFileSync(path);
    const headerBytes = Number(bytes.readBigUInt64LE());
    assert.equal((8 + headerBytes) % 8, 0);
    assert.deepEqual(JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)), {
      w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    });
    assert.equal(bytes.readFloatLE(8 + headerBytes + 4), -2);
    assert.equal(bytes.length, 8 + headerBytes + 8);
  });

  it('seals: hashes stand in the metadata, and a change of any bit is found', () => {
    const tensors = randomTensors(RandomStream.fromSeed('seal'));
    writeSealedSafetensors(path, tensors, { step: '3', 'näme "x"': 'é' });
    const bytes = readFileSync(path);
    const back = readSafetensors(path);
    assert.deepEqual(back.tensors, tensors);
    assert.equal(back.metadata.step, '3');
    const hashes = JSON.parse(back.metadata.sha256) as Record<string, string>;
    for (const [name, { data }] of tensors) {
      const expected = createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex');
      assert.equal(hashes[name], expected);
    }
    const random = RandomStream.fromSeed('flips');
    for (let round = 0; round < 300; round++) {
      const bit = random.integer(0, 8 * bytes.length);
      const changed = Buffer.from(bytes);
      changed[bit >> 3] ^= 1 << (bit & 7);
      writeFileSync(path, changed);
      try {
        // If a changed file still opens, it must have lost its seal, which any code that expects one checks.
        const reader = openSafetensors(path);
        try {
          if (reader.sealed)
            assert.throws(() => reader.names().forEach((name) => reader.read(name)), DamagedFile);
        } finally {
          reader.close();
        }
      } catch (error) {
        assert.ok(error instanceof DamagedFile, `bit ${bit}: ${String(error)}`);
      }
    }
  });

  it('asks for the bytes of a sealed tensor once', () => {
    let asked = 0;
    const data = () => Float32Array.of(++asked);
    writeSealedSafetensors(path, new Map([['a', { dtype: 'F32', shape: [1], data }]]));
    assert.equal(asked, 1);
    assert.deepEqual([...readSafetensors(path).tensors.get('a')!.data], [1]);
  });

  it('asks for the values of one tensor at a time and reads tensor by tensor', () => {
    const asked: string[] = [];
    const source = (name: string, value: number) => ({
      dtype: 'I32' as const,
      shape: [1],
      data: () => {
        asked.push(name);
        return Int32Array.of(value);
      },
    });
    writeSafetensors(path, new Map([['b', source('b', 7)], ['a', source('a', 8)]])); // prettier-ignore
    assert.deepEqual(asked, ['b', 'a']);
    const reader = openSafetensors(path);
    assert.deepEqual(reader.names(), ['b', 'a']);
    assert.deepEqual(reader.read('a'), { dtype: 'I32', shape: [1], data: Int32Array.of(8) });
    assert.throws(() => reader.read('c'), userError(/has no tensor "c"/));
    reader.close();
  });

  it('converts other number types, and refuses what float32 and int32 cannot hold', () => {
    const halves = Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00).buffer);
    const cases: [string, number[], Buffer, StoredTensor['data']][] = [
      ['F64', [1], Buffer.from(Float64Array.of(0.1).buffer), Float32Array.of(0.1)],
      ['F16', [4], halves, Float32Array.of(1, -2, 2 ** -24, Infinity)],
      ['BF16', [1], Buffer.from(Uint16Array.of(0xbfc0).buffer), Float32Array.of(-1.5)],
      ['I64', [1], Buffer.from(BigInt64Array.of(-5n).buffer), Int32Array.of(-5)],
      ['BOOL', [2], Buffer.of(1, 0), Int32Array.of(1, 0)],
    ];
    for (const [dtype, shape, bytes, expected] of cases) {
      writeRaw(path, { x: { dtype, shape, data_offsets: [0, bytes.length] } }, bytes);
      assert.deepEqual(readSafetensors(path).tensors.get('x')!.data, expected, dtype);
    }
    for (const dtype of ['C64', 'I64', 'U64']) {
      writeRaw(path, { x: { dtype, shape: [1], data_offsets: [0, 8] } }, Buffer.alloc(8, 0x7f));
      assert.throws(() => readSafetensors(path), userError(new RegExp(`"x" in .* type ${dtype}`)), dtype);
    }
  });

  const entry = (shape: number[], begin: number, end: number, dtype = 'F32') => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const twice = (first: string, second: string) =>
    `{${first}:${JSON.stringify(entry([1], 0, 4))},${second}:${JSON.stringify(entry([1], 4, 8))}}`;
  const refused: [string, object | string, number, RegExp][] = [
    ['overlap', { a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12, /overlaps another tensor or leaves a gap/],
    ['a gap', { a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12, /leaves a gap/],
    ['an offset beyond the end', { a: entry([4], 0, 16) }, 12, /it ends after \d+ of \d+ bytes/],
    ['bytes of no tensor', { a: entry([1], 0, 4) }, 12, /8 bytes that belong to no tensor/],
    ['a shape of another length', { a: entry([3], 0, 8) }, 8, /"a" of shape \[3\] does not take the 8 bytes/],
    ['a huge shape', { a: entry([2 ** 40, 2 ** 40], 0, 8) }, 8, /does not take the 8 bytes/],
    ['a negative size', { a: entry([-1, -2], 0, 8) }, 8, /no valid type, shape and place for "a"/],
    ['a fractional offset', { a: entry([2], 0.5, 8.5) }, 8, /no valid type, shape and place/],
    ['an unknown type', { a: entry([2], 0, 8, 'F31') }, 8, /no valid type, shape and place/],
    ['metadata that are no text', { __metadata__: { step: 1 } }, 0, /metadata are not text/],
    ['a list as header', [], 0, /is not a JSON object/],
    ['no JSON', '{"a":', 0, /is not JSON/],
    ['a name given twice', twice('"a"', '"a"'), 8, /names "a" twice/],
    ['a name given twice in other letters', twice('"a"', '"\\u0061"'), 8, /names "a" twice/],
    ['lists in lists without end', '['.repeat(1_000_000), 0, /nested too deeply/],
    ['objects in objects', `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`, 0, /nested too deeply/],
    [
      'a shape of a thousand sizes',
      { a: entry(new Array<number>(1000).fill(1), 0, 4) },
      4,
      /no valid type, shape/,
    ],
    ['sizes that overflow', { a: entry([2 ** 52, 2 ** 52, 2 ** 52], 0, 8) }, 8, /does not take the 8 bytes/],
  ];
  for (const [what, header, dataBytes, message] of refused) {
    it(`refuses ${what}`, () => {
      writeRaw(path, header, Buffer.alloc(dataBytes));
      assert.throws(() => openSafetensors(path), userError(message));
    });
  }

  it('refuses a header length beyond the file before it takes memory', () => {
    for (const length of [2n ** 63n, 2n ** 32n, 100n]) {
      const bytes = Buffer.alloc(20);
      bytes.writeBigUInt64LE(length);
      writeFileSync(path, bytes);
      assert.throws(() => openSafetensors(path), userError(/no possible length of a header/));
    }
  });

  it('refuses missing, empty and truncated files and folders by name', () => {
    assert.throws(() => openSafetensors(path), userError(/There is no file ".*a\.safetensors"/));
    assert.throws(() => openSafetensors(folder), userError(/is a folder/));
    writeFileSync(path, '');
    assert.throws(() => openSafetensors(path), userError(/a\.safetensors".* only 0 bytes/));
    writeSafetensors(path, randomTensors(RandomStream.fromSeed(1)));
    const bytes = readFileSync(path);
    for (const share of [0.1, 0.5, 0.99]) {
      writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
      assert.throws(() => readSafetensors(path), userError(/a\.safetensors/), String(share));
    }
  });

  it('meets any damage with a UserError or with values inside the file, and takes no memory beyond it', () => {
    const random = RandomStream.fromSeed('fuzz');
    writeSafetensors(path, randomTensors(random), { kind: 'fuzz' });
    const sound = readFileSync(path);
    const headerEnd = 8 + Number(sound.readBigUInt64LE());
    let refusals = 0;
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(sound);
      for (let n = random.integer(1, 5); n > 0; n--)
        bytes[random.integer(0, headerEnd)] = random.integer(0, 256);
      writeFileSync(path, bytes);
      try {
        const { tensors } = readSafetensors(path);
        const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
        assert.ok(total <= 8 * statSync(path).size);
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
        refusals++;
      }
    }
    assert.ok(refusals > 300, `${refusals} of 500 refused`);
  });

  it('reads tensors beyond 2 GB and 4 GB without holding the file', function () {
    const count = 1100 * 2 ** 20;
    const header = {
      hole: entry([count], 0, 4 * count),
      last: entry([2], 4 * count, 4 * count + 8),
    };
    writeRaw(path, header, Buffer.alloc(0));
    const start = statSync(path).size;
    try {
      // A sparse file: the hole takes no disk space.
      truncateSync(path, start + 4 * count);
      appendFileSync(path, Buffer.from(Float32Array.of(5, -6).buffer));
    } catch {
      this.skip(); // The file system does not support files of this size.
    }
    const before = process.memoryUsage().arrayBuffers;
    const reader = openSafetensors(path);
    assert.deepEqual(reader.read('last').data, Float32Array.of(5, -6));
    assert.equal(reader.entry('hole').byteLength, 4 * count);
    reader.close();
    assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 24);
  });

  it('does not replace a sound file when a tensor does not fit its shape', () => {
    writeSafetensors(path, new Map([['a', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }]]));
    const wrong = new Map([['a', { dtype: 'F32' as const, shape: [2], data: Float32Array.of(1) }]]);
    assert.throws(() => writeSafetensors(path, wrong), /1 values/);
    assert.equal(readSafetensors(path).tensors.get('a')!.data[0], 1);
  });
});

function randomTensors(random: RandomStream): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (let i = random.integer(1, 8); i > 0; i--) {
    const shape = Array.from({ length: random.integer(0, 4) }, () => random.integer(0, 5));
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Array.from({ length: count }, () => random.normal(0, 100));
    const name = `blocks.${i}.${random.pick(['weight', 'ä/ö', 'a "b"', '__proto__x'])}`;
    if (random.bernoulli(0.5)) tensors.set(name, { dtype: 'F32', shape, data: Float32Array.from(values) });
    else tensors.set(name, { dtype: 'I32', shape, data: Int32Array.from(values) });
  }
  return tensors;
}

function writeRaw(path: string, header: object | string, data: Buffer): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, data]));
}
