import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  configure,
  cropSpectrogram,
  LogMel,
  melFilterbank,
  openClipPool,
  readSafetensors,
  UserError,
} from 'xkd/internal';

const golden = join(__dirname, '../../golden');
const { tensors } = readSafetensors(join(golden, 'pieces.safetensors'));
const { spectrogram, clip } = configure('base');

describe('LogMel', () => {
  const logMel = new LogMel(spectrogram, clip.sampleRateHz);

  it('has the filterbank of the release', () => {
    const bank = melFilterbank({ ...spectrogram, sampleRateHz: 16000 });
    const dense = new Float32Array(bank.bands * bank.bins);
    for (let m = 0; m < bank.bands; m++) {
      const weights = bank.weights.subarray(bank.offset[m], bank.offset[m + 1]);
      dense.set(weights, m * bank.bins + bank.first[m]);
    }
    assertClose(dense, tensor('melfilter.16000.1024.80'), 1e-7);
  });

  it('refuses bands too narrow to hear anything', () => {
    const narrow = configure('nano', { 'spectrogram.minHz': 7990, 'spectrogram.maxHz': 7991 });
    assert.throws(
      () => openClipPool(narrow),
      (error) => error instanceof UserError && /Mel band 1 of 32 lies between two bins/.test(error.message),
    );
  });

  for (const name of ['chirp', 'noise', 'silence', 'local']) {
    it(`gives the golden spectrogram of ${name}`, () => {
      const expected = tensor(`logmel.${name}`);
      const waveform = tensor(`wave.${name}`);
      assertClose(logMel.compute({ waveform, columns: expected.length / 80 }), expected, 2e-6);
    });
  }

  it('multiplies the waveform with the gain', () => {
    const waveform = tensor('wave.local');
    const louder = logMel.compute({ waveform: waveform.map((sample) => 2 * sample), columns: 112 });
    assertClose(logMel.compute({ waveform, columns: 112, gain: 2 }), louder, 1e-6);
  });

  it('does not depend on what was computed before', () => {
    const [waveform, columns] = [tensor('wave.local'), 112];
    const first = logMel.compute({ waveform, columns });
    logMel.compute({ waveform: tensor('wave.noise'), columns: 448 });
    assert.deepEqual(logMel.compute({ waveform, columns }), first);
  });

  it('works for other sizes: a tone is loudest in its band', () => {
    const nano = configure('nano');
    const waveform = Float32Array.from({ length: 16000 }, (_, n) =>
      Math.sin((2 * Math.PI * 2000 * n) / 16000),
    );
    const out = new LogMel(nano.spectrogram, 16000).compute({ waveform, columns: 32 });
    assert.equal(out.length, 32 * 32);
    const column = Array.from({ length: 32 }, (_, m) => out[m * 32 + 16]);
    const { first, offset } = melFilterbank({ ...nano.spectrogram, sampleRateHz: 16000 });
    const loudest = column.indexOf(Math.max(...column));
    const centreHz = ((first[loudest] + (offset[loudest + 1] - offset[loudest]) / 2) * 16000) / 1024;
    assert.ok(Math.abs(centreHz - 2000) < 200, `loudest at ${centreHz} Hz`);
  });
});

describe('cropSpectrogram', () => {
  const boxes = [
    { top: 0, left: 10, height: 80, width: 150 },
    { top: 13, left: 5, height: 60, width: 70 },
    { top: 2, left: 40, height: 78, width: 128 },
  ];
  boxes.forEach((box, i) => {
    it(`gives the golden crop ${i}`, () => {
      assertClose(cropSpectrogram(tensor('crop.input'), 80, 112, 1.5, box), tensor(`crop.${i}`), 1e-5);
    });
  });

  it('changes nothing when the box is the spectrogram', () => {
    const input = tensor('crop.input');
    assertClose(
      cropSpectrogram(input, 80, 112, 1.5, { top: 0, left: 28, height: 80, width: 112 }),
      input,
      1e-6,
    );
  });
});

function tensor(name: string): Float32Array {
  return tensors.get(name)!.data as Float32Array;
}

function assertClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  assert.ok(worst <= tolerance, `differs by ${worst}`);
}
