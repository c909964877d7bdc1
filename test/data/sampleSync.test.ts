import assert from 'node:assert/strict';
import { mean, sampleCorrelation } from 'simple-statistics';
import {
  configure,
  drawClip,
  heardImpacts,
  LogMel,
  renderClip,
  seenImpacts,
  type ClipSpec,
  type SampleDials,
} from 'xkd/internal';
import { sampleSettings } from 'xkd/dist/data/sample/sampleSettings';
import { sampleRecipe, sampleVersions } from 'xkd/dist/data/sample/versions';

const framesPerSecond = 25;
const sampleRateHz = 16000;
const size = 128;
const nano = configure('nano');
const settings = (seed: number, dials?: Partial<SampleDials>) => sampleSettings({ seed, dials });
const logMel = new LogMel(nano.spectrogram, sampleRateHz);

describe('impacts of the sample set', () => {
  it('are seen in the frame whose time is nearest: there the object is closest to a wall', () => {
    const patterns = new Set<string>();
    for (let index = 0; index < 12; index++) {
      const clip = plain(drawClip(settings(1), 'train', index));
      patterns.add(clip.motion.pattern);
      const gaps = wallGaps(clip);
      for (const seconds of seenImpacts(clip)) {
        const offset = Math.min(
          ...gaps.map((gap) => Math.abs(closestFrame(gap, seconds) / framesPerSecond - seconds)),
        );
        // Slightly more than half a frame, since the object may leave the wall more slowly than it came.
        assert.ok(offset < 0.5 / framesPerSecond + 0.002, `clip ${index} at ${seconds}: ${offset} s off`);
      }
    }
    assert.equal(patterns.size, 4);
  });

  it('touch the wall when they are seen and keep clear of it between', () => {
    const clip = plain(drawClip(settings(1), 'train', 0));
    const nearest = wallGaps(clip).reduce((a, b) => a.map((gap, k) => Math.min(gap, b[k])));
    for (const seconds of seenImpacts(clip)) {
      const frame = Math.min(Math.round(seconds * framesPerSecond), nearest.length - 1);
      assert.ok(nearest[frame] < 3, `${nearest[frame]} px at ${seconds} s`);
    }
    assert.ok(Math.max(...nearest) > 4);
  });

  it('are heard within half a frame', () => {
    for (let index = 0; index < 24; index++) {
      const clip = drawClip(settings(1, { soundClutter: 0 }), 'train', index);
      const { waveform } = renderClip(clip);
      for (const seconds of seenImpacts(clip)) {
        const offset = Math.abs(onset(waveform, seconds) - seconds);
        assert.ok(offset < 0.5 / framesPerSecond, `clip ${index} at ${seconds}: ${offset} s off`);
      }
    }
  });

  it('are not heard when they are seen, once pairs are shuffled', () => {
    let near = 0;
    let all = 0;
    for (let index = 0; index < 24; index++) {
      const clip = drawClip(settings(1, { shuffledPairs: true }), 'train', index);
      for (const seconds of seenImpacts(clip)) {
        all += 1;
        if (heardImpacts(clip).some((heard) => Math.abs(heard - seconds) < 0.5 / framesPerSecond)) near += 1;
      }
    }
    assert.ok(near / all < 0.3, `${near} of ${all}`);
  });
});

describe('sound of the sample set', () => {
  for (const version of sampleVersions) {
    it(`tells the class by its modes alone in version ${version}`, () => {
      const templates = modeTemplates(version);
      const clips = Array.from({ length: 64 }, (_, index) =>
        drawClip(sampleSettings({ version, seed: 2, dials: { soundClutter: 0 } }), 'test', index),
      );
      const right = clips.filter(
        (clip) => nearestMaterial(renderClip(clip).waveform, templates) === clip.label,
      );
      assert.ok(right.length / clips.length > 0.9, `${right.length} of ${clips.length}`);
    });
  }
});

/** The same clip, with only a plain red object on grey. */
function plain(clip: ClipSpec): ClipSpec {
  const { scene } = clip;
  const grey = [120, 120, 120] as const;
  const red = [230, 30, 30] as const;
  return {
    ...clip,
    scene: {
      ...scene,
      visualNoise: 0,
      clutter: [],
      background: { ...scene.background, colours: [grey, grey] },
      wall: { ...scene.wall, colour: grey },
      object: { ...scene.object, stripes: { ...scene.object.stripes, colours: [red, red] } },
    },
  };
}

/** Distances [px] of the red object from the left, right, top and bottom walls in each frame, measured from the pixels. */
function wallGaps(clip: ClipSpec): number[][] {
  const { frames } = renderClip(clip);
  const count = frames.length / (size * size * 3);
  const gaps: number[][] = [[], [], [], []];
  for (let k = 0; k < count; k++) {
    const columns = new Float64Array(size);
    const rows = new Float64Array(size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const at = ((k * size + row) * size + column) * 3;
        const red = Math.max(0, Math.min(1, (frames[at] - frames[at + 2]) / 90));
        columns[column] = Math.max(columns[column], red);
        rows[row] = Math.max(rows[row], red);
      }
    }
    const wall = clip.scene.wall.thickness;
    const before = (line: Float64Array): number =>
      line.slice(wall, size / 2).reduce((sum, red) => sum + 1 - red, 0);
    [columns, columns.slice().reverse(), rows, rows.slice().reverse()].forEach((line, i) =>
      gaps[i].push(before(line)),
    );
  }
  return gaps;
}

/** The frame within .1 s of a time in which a distance is smallest. */
function closestFrame(gap: readonly number[], seconds: number): number {
  const from = Math.max(0, Math.ceil((seconds - 0.1) * framesPerSecond));
  const to = Math.min(gap.length - 1, Math.floor((seconds + 0.1) * framesPerSecond));
  let best = from;
  for (let k = from; k <= to; k++) if (gap[k] < gap[best]) best = k;
  return best;
}

/** Time within 60 ms of a given time at which the energy of the differenced sound rises most [s]. */
function onset(waveform: Float32Array, seconds: number): number {
  const span = Math.round(0.003 * sampleRateHz);
  const energy = (from: number): number => {
    let sum = 1e-9;
    for (let n = Math.max(1, from); n < Math.min(waveform.length, from + span); n++) {
      sum += (waveform[n] - waveform[n - 1]) ** 2;
    }
    return sum;
  };
  const centre = Math.round(seconds * sampleRateHz);
  let best = centre;
  let rise = -Infinity;
  for (let n = Math.max(0, centre - 960); n <= centre + 960 && n + span <= waveform.length; n += 4) {
    const gain = energy(n) - energy(n - span);
    if (gain > rise) [best, rise] = [n, gain];
  }
  return best / sampleRateHz;
}

interface Template {
  readonly name: string;
  readonly spectrum: readonly number[];
}

/** The material whose modes, at the best pitch, give the most similar mean log-mel spectrum. */
function nearestMaterial(waveform: Float32Array, templates: readonly Template[]): string {
  const heard = meanSpectrum(waveform);
  const scores = templates.map(({ spectrum }) => sampleCorrelation(heard, [...spectrum]));
  return templates[scores.indexOf(Math.max(...scores))].name;
}

/** Clean sounds of each material's table of modes, at pitches 5 % apart. */
function modeTemplates(version: number): Template[] {
  const { materials, dials } = sampleRecipe(version);
  const clip = drawClip(sampleSettings({ version, dials: { soundClutter: 0 } }), 'train', 0);
  const steps = Math.round(dials.pitchSpread / 0.05);
  return materials.flatMap(({ name, modes }) =>
    Array.from({ length: 2 * steps + 1 }, (_, i) => 1 + 0.05 * (i - steps)).map((pitch) => {
      const pitched = modes.map((mode) => ({ ...mode, frequencyHz: pitch * mode.frequencyHz }));
      const sound = { ...clip.sound, modes: pitched, noiseLevel: 0.01, noiseDarkness: 0 };
      return { name, spectrum: meanSpectrum(renderClip({ ...clip, sound }).waveform) };
    }),
  );
}

/** The log-mel spectrum that `nano` computes for the middle second, averaged over time. */
function meanSpectrum(waveform: Float32Array): number[] {
  const start = Math.floor((waveform.length - sampleRateHz) / 2);
  const { columns, melBands } = nano.spectrogram;
  const picture = logMel.compute({ waveform: waveform.slice(start, start + sampleRateHz), columns }); // [M, C]
  return Array.from({ length: melBands }, (_, band) =>
    mean([...picture.slice(band * columns, (band + 1) * columns)]),
  );
}
