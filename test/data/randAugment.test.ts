import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  RandomStream,
  applyOperations,
  drawRandAugment,
  operationKinds,
  operationOf,
  type Operation,
} from 'xkd/internal';

interface Golden {
  readonly height: number;
  readonly width: number;
  readonly pictures: readonly string[];
  readonly cases: readonly { readonly op: Operation; readonly results: readonly string[] }[];
}

const path = resolve(__dirname, '..', '..', 'golden', 'randaugment.json');
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));

describe('RandAugment', () => {
  for (const kind of operationKinds) {
    it(`${kind} gives what Pillow gives`, () => {
      const cases = golden.cases.filter(({ op }) => op.kind === kind);
      assert.ok(cases.length > 0);
      const { height, width } = golden;
      for (const { op, results } of cases) {
        results.forEach((result, i) => {
          const data = bytes(golden.pictures[i]);
          applyOperations({ data, height, width }, [op]);
          assert.deepEqual(data, bytes(result), JSON.stringify(op));
        });
      }
    });
  }

  it('applies operations in their order', () => {
    const [data, other] = [bytes(golden.pictures[0]), bytes(golden.pictures[0])];
    const frame = { height: golden.height, width: golden.width };
    const [invert, posterise]: Operation[] = [{ kind: 'invert' }, { kind: 'posterise', bits: 2 }];
    applyOperations({ data, ...frame }, [invert, posterise]);
    applyOperations({ data: other, ...frame }, [posterise, invert]);
    assert.ok(data.every((value) => value % 64 === 0));
    assert.ok(other.every((value) => value % 64 === 63));
  });

  it('turns a strength into what an operation does, more of it for more strength', () => {
    assert.deepEqual(operationOf('rotate', 0.7, -1), { kind: 'rotate', degrees: -21 });
    assert.deepEqual(operationOf('posterise', 0.7, 1), { kind: 'posterise', bits: 2 });
    assert.deepEqual(operationOf('solarise', 0.7, 1), { kind: 'solarise', threshold: 77 });
    assert.deepEqual(operationOf('solariseAdd', 0.7, 1), { kind: 'solariseAdd', amount: 77 });
    assert.deepEqual(operationOf('colour', 0.5, -1), { kind: 'colour', factor: 0.55 });
    assert.deepEqual(operationOf('sharpness', 1, -1), { kind: 'sharpness', factor: 0.1 });
    assert.deepEqual(operationOf('translateX', 1, 1), { kind: 'translateX', share: 0.45 });
    assert.deepEqual(operationOf('shearY', 1, -1), { kind: 'shearY', factor: -0.3 });
  });

  it('draws each operation equally often, half of them applied, both ways', () => {
    const stream = RandomStream.fromSeed(3);
    const drawn = Array.from({ length: 3000 }, () =>
      drawRandAugment(stream, { operations: 4, magnitude: 7, magnitudeStd: 0.5 }),
    ).flat();
    assert.ok(Math.abs(drawn.length / 12000 - 0.5) < 0.02);
    for (const kind of operationKinds) {
      const share = drawn.filter((operation) => operation.kind === kind).length / drawn.length;
      assert.ok(Math.abs(share - 1 / 15) < 0.012, `${kind} ${share}`);
    }
    const turns = drawn.flatMap((operation) => (operation.kind === 'rotate' ? operation.degrees : []));
    const mean = turns.reduce((sum, turn) => sum + Math.abs(turn), 0) / turns.length;
    assert.ok(Math.abs(mean - 21) < 0.3, `mean turn ${mean}`);
    assert.ok(turns.some((turn) => turn < 0) && turns.some((turn) => turn > 0));
    const again = drawRandAugment(RandomStream.fromSeed(9), {
      operations: 4,
      magnitude: 7,
      magnitudeStd: 0.5,
    });
    const once = drawRandAugment(RandomStream.fromSeed(9), {
      operations: 4,
      magnitude: 7,
      magnitudeStd: 0.5,
    });
    assert.deepEqual(once, again);
  });
});
