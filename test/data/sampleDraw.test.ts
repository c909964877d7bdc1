import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { drawClip, heardImpacts, materials, renderClip, sampleClasses, seenImpacts } from 'xkd/internal';
import { mean } from 'simple-statistics';
import type { ClipSpec, Colour, Material, SampleDials } from 'xkd/internal';
import { sampleSettings as settingsOf } from 'xkd/dist/data/sample/sampleSettings';
import { humLevel, type SoundingObject } from 'xkd/dist/data/sample/soundSpec';
import { sampleRecipe, sampleVersions, usualVersion } from 'xkd/dist/data/sample/versions';

const classes = sampleClasses.length;
const settings = (seed: number, dials?: Partial<SampleDials>, version = usualVersion) =>
  settingsOf({ version, seed, dials });

describe('drawClip', () => {
  it('gives the same clip for the same seed, split and index, and another for any other', () => {
    const clips = [
      drawClip(settings(3), 'train', 5),
      drawClip(settings(4), 'train', 5),
      drawClip(settings(3), 'test', 5),
      drawClip(settings(3), 'train', 6),
    ];
    assert.deepEqual(drawClip(settings(3), 'train', 5), clips[0]);
    assert.equal(new Set(clips.map(({ scene }) => scene.noiseSeed)).size, 4);
    assert.equal(new Set(clips.map(({ sound }) => sound.pitch)).size, 4);
  });

  it('balances the classes exactly in every eight clips, without a fixed order', () => {
    const blocks = Array.from({ length: 10 }, (_, block) =>
      draw(classes, {}, block * classes).map(({ label }) => label),
    );
    for (const labels of blocks) assert.deepEqual([...labels].sort(), [...sampleClasses].sort());
    assert.ok(new Set(blocks.map((labels) => labels.join())).size > 5);
  });

  it('varies duration from 2 to 6 s in whole frames, motion, size, pitch and tempo', () => {
    const clips = draw(200);
    const frames = clips.map(({ durationSeconds }) => durationSeconds * 25);
    assert.ok(
      frames.every((count) => Math.abs(count - Math.round(count)) < 1e-9 && count >= 50 && count <= 150),
    );
    assert.equal(new Set(clips.map(({ motion }) => motion.pattern)).size, 4);
    const spread = (value: (clip: ClipSpec) => number): [number, number] => [
      Math.min(...clips.map(value)),
      Math.max(...clips.map(value)),
    ];
    const within = ([low, high]: [number, number], from: number, to: number): void => {
      const margin = 0.1 * (to - from);
      assert.ok(low >= from && low < from + margin && high <= to && high > to - margin, `${low} to ${high}`);
    };
    within(
      spread(({ scene }) => scene.object.radius),
      40,
      50,
    );
    within(
      spread(({ sound }) => sound.pitch),
      0.65,
      1.35,
    );
    within(
      spread(({ motion }) => motion.tempoSeconds),
      0.25,
      0.42,
    );
  });

  it('lets at least two impacts be heard in every second', () => {
    for (const clip of draw(200)) {
      const impacts = heardImpacts(clip);
      for (let start = 0; start + 1 <= clip.durationSeconds; start += 0.04) {
        const count = impacts.filter((seconds) => seconds >= start && seconds < start + 1).length;
        assert.ok(
          count >= 2 || start + 1 > clip.durationSeconds - 0.02,
          `${clip.index} at ${start}: ${count}`,
        );
      }
    }
  });

  it('gives every class stripes of its own and five modes (three in version 3) below half the sample rate', () => {
    const stripes = materials.map(
      ({ stripeDegrees, stripePeriodPixels }) => `${stripeDegrees} ${stripePeriodPixels}`,
    );
    assert.equal(new Set(stripes).size, classes);
    for (const version of sampleVersions) {
      const { materials: all, dials } = sampleRecipe(version);
      for (const { name, modes } of all) {
        assert.equal(modes.length, version === 3 ? 3 : 5);
        assert.ok(
          modes.every(({ frequencyHz }) => (1 + dials.pitchSpread) * frequencyHz < 8000),
          name,
        );
      }
    }
  });

  it('has stripes of the same classes in every version; in version 3 one pitch for an orientation, one lightness for a period', () => {
    const [before, after] = [2, 3].map((version) => sampleRecipe(version).materials);
    const stripes = (materials: readonly Material[]) =>
      materials.map(({ name, stripeDegrees, stripePeriodPixels }) => [
        name,
        stripeDegrees,
        stripePeriodPixels,
      ]);
    assert.deepEqual(stripes(after), stripes(before));
    const distinct = (values: readonly (number | string)[]) => [...new Set(values)];
    const { pitchSpread } = sampleRecipe(3).dials;
    const pitches = [45, 0, 135, 90].map((degrees) => {
      const ofOrientation = after.filter(({ stripeDegrees }) => stripeDegrees === degrees);
      assert.equal(ofOrientation.length, 2);
      const found = distinct(ofOrientation.map(({ modes }) => modes[0].frequencyHz));
      assert.equal(found.length, 1);
      return Number(found[0]);
    });
    for (const [i, pitch] of pitches.slice(1).entries())
      assert.ok(pitches[i] * (1 + pitchSpread) < pitch * (1 - pitchSpread), `${pitches[i]} Hz, ${pitch} Hz`);
    for (const period of [28, 16]) {
      const ofPeriod = after.filter(({ stripePeriodPixels }) => stripePeriodPixels === period);
      const timbre = ({ modes }: Material) =>
        modes.map(({ frequencyHz }) => (frequencyHz / modes[0].frequencyHz).toFixed(6)).join();
      assert.equal(distinct(ofPeriod.map(timbre)).length, 1);
      assert.equal(
        distinct(ofPeriod.map(({ stripeLightness }) => JSON.stringify(stripeLightness))).length,
        1,
      );
    }
  });

  it('shows light and dark stripes in version 3, and lets objects of the same pitch be heard unseen', () => {
    const wide = new Set(['oak', 'stone', 'brass', 'glass']);
    const luma = ([red, green, blue]: Colour) => 0.299 * red + 0.587 * green + 0.114 * blue;
    const clips = draw(80, {}, 0, 3);
    const lightness = clips.map(({ label, scene }) => {
      const [dark, bright] = scene.object.stripes.colours.map(luma);
      assert.ok(bright - dark > 85);
      return { isWide: wide.has(label), mean: (dark + bright) / 2 };
    });
    const meanOf = (isWide: boolean) =>
      mean(lightness.filter((each) => each.isWide === isWide).map((each) => each.mean));
    assert.ok(meanOf(true) > meanOf(false) + 40, `${meanOf(true)}, ${meanOf(false)}`);
    const pitchOf = ({ modes, pitch }: Pick<SoundingObject, 'modes' | 'pitch'>) =>
      Math.round(modes[0].frequencyHz / pitch);
    const ratioOf = ({ modes }: Pick<SoundingObject, 'modes'>) => modes[1].frequencyHz / modes[0].frequencyHz;
    let heard = 0;
    for (const { sound } of clips) {
      for (const other of sound.unseen) {
        assert.equal(pitchOf(other), pitchOf(sound));
        assert.ok(Math.abs(ratioOf(other) - ratioOf(sound)) > 0.1);
        heard++;
      }
    }
    assert.ok(heard > 80, String(heard));
  });

  it('refuses a version that there is not, with those that there are', () => {
    assert.throws(() => settingsOf({ version: 4 }), /no version 4 of the sample set; there are 2 and 3/);
  });
});

describe('dials of the sample set', () => {
  it('make stripes tell the class with probability share + (1 - share) / classes', () => {
    for (const commonShare of [0, 0.5, 1]) {
      const clips = draw(2000, { commonShare });
      const agreeing = clips.filter(({ label, videoClass }) => label === videoClass).length / clips.length;
      assert.ok(Math.abs(agreeing - (commonShare + (1 - commonShare) / classes)) < 0.035, String(agreeing));
      assert.ok(clips.every(({ label, audioClass }) => label === audioClass));
    }
  });

  it('turn the stripes alone: with another share the sound and the motion of a clip stay', () => {
    const [full, none] = [draw(40), draw(40, { commonShare: 0 })];
    assert.deepEqual(
      none.map(({ sound, motion }) => [sound, motion]),
      full.map(({ sound, motion }) => [sound, motion]),
    );
  });

  it('put an unrelated sound under every video when pairs are shuffled', () => {
    const clips = draw(2000, { shuffledPairs: true });
    assert.ok(clips.every(({ label, videoClass }) => label === videoClass));
    const agreeing = clips.filter(({ label, audioClass }) => label === audioClass).length / clips.length;
    assert.ok(Math.abs(agreeing - 1 / classes) < 0.03, String(agreeing));
    assert.ok(clips.every((clip) => seenImpacts(clip).join() !== heardImpacts(clip).join()));
    assert.deepEqual(clips[0].scene, draw(1)[0].scene);
  });

  it('put noise over the sound, and leave everything else', () => {
    const [plain, noisy] = [draw(200), draw(200, { soundNoise: 0.2 })];
    for (const [i, { sound, ...rest }] of noisy.entries()) {
      const { sound: before, ...same } = plain[i];
      assert.deepEqual(rest, same);
      assert.deepEqual({ ...sound, noiseLevel: before.noiseLevel }, before);
      const added = Math.sqrt(sound.noiseLevel ** 2 - before.noiseLevel ** 2);
      assert.ok(added >= 0.1 - 1e-9 && added <= 0.3 + 1e-9, `${added}`);
    }
    const power = (clip: ClipSpec) => {
      const { waveform } = renderClip(clip);
      return waveform.reduce((sum, value) => sum + value ** 2, 0) / waveform.length;
    };
    assert.ok(power(noisy[0]) > power(plain[0]) + 0.005 * plain[0].sound.peak ** 2);
  });

  it('let objects of other classes be heard, as many per second as asked for', () => {
    const [plain, full] = [draw(60, {}, 0, 2), draw(60, { soundClutter: 3 }, 0, 2)];
    for (const [i, { sound, durationSeconds, ...rest }] of full.entries()) {
      const { unseen, ...own } = sound;
      assert.equal(unseen.length, Math.round(3 * durationSeconds));
      assert.deepEqual({ ...own, unseen: [] }, plain[i].sound);
      const [lowest] = own.modes;
      for (const { modes, hits, pitch } of unseen) {
        assert.equal(hits.length, 1);
        assert.ok(hits[0].seconds >= 0 && hits[0].seconds < durationSeconds);
        // Modes of another material: of their pitch, not of the object's.
        assert.ok(Math.abs(modes[0].frequencyHz / pitch - lowest.frequencyHz / own.pitch) > 50, rest.label);
      }
    }
    const { unseen, ...alone } = full[0].sound;
    const [all, own] = [full[0], { ...full[0], sound: { ...alone, unseen: [] } }].map(renderClip);
    assert.notDeepEqual(all.waveform, own.waveform);
    assert.ok(unseen.length > 0 && all.waveform.every(Number.isFinite));
  });

  it('let tones of any pitch hum behind the impacts, as loud as asked for, and leave everything else', () => {
    const [plain, humming] = [draw(60), draw(60, { soundHum: 0.2 })];
    const frequencies = humming.flatMap(({ sound }) => sound.hum.map(({ frequencyHz }) => frequencyHz));
    assert.ok(Math.min(...frequencies) >= 150 && Math.min(...frequencies) < 200);
    assert.ok(Math.max(...frequencies) <= 3400 && Math.max(...frequencies) > 2500);
    for (const [i, clip] of humming.entries()) {
      assert.deepEqual({ ...clip, sound: { ...clip.sound, hum: [] } }, plain[i]);
      assert.equal(clip.sound.hum.length, 4);
      const level = humLevel(clip.sound);
      assert.ok(level >= 0.1 - 1e-9 && level <= 0.3 + 1e-9, `${level}`);
    }
    const [before, after] = [plain[0], humming[0]].map((clip) => renderClip(clip).waveform);
    const added = after.map((value, n) => value - before[n]);
    const power = added.reduce((sum, value) => sum + value ** 2, 0) / added.length;
    // A swelling tone has the power of its mean loudness and of the swell.
    const expected = humming[0].sound.hum.reduce((sum, { amplitude, swell }) => {
      const mean = 1 - swell.depth / 2;
      return sum + (amplitude ** 2 / 2) * (mean ** 2 + swell.depth ** 2 / 8);
    }, 0);
    const { peak } = humming[0].sound;
    assert.ok(Math.abs(power / (peak ** 2 * expected) - 1) < 0.35, `${power} ${peak ** 2 * expected}`);
  });

  it('draw pitches from a wider range, with all else equal', () => {
    const [plain, wide] = [0.1, 0.4].map((pitchSpread) => draw(40, { pitchSpread, soundClutter: 0 }));
    for (const [i, { sound, ...rest }] of wide.entries()) {
      const { sound: before, ...same } = plain[i];
      assert.deepEqual(rest, same);
      assert.ok(Math.abs(sound.pitch - (1 + 4 * (before.pitch - 1))) < 1e-12);
      assert.ok(Math.abs(before.pitch - 1) <= 0.1);
      assert.deepEqual(sound.hits, before.hits);
    }
  });

  it('let impacts be heard later or earlier than they are seen', () => {
    for (const soundDelay of [0.2, -0.3]) {
      for (const clip of draw(40, { soundDelay })) {
        const moved = seenImpacts(clip)
          .map((seconds) => seconds + soundDelay)
          .filter((seconds) => seconds >= 0 && seconds < clip.durationSeconds - 0.02);
        assert.deepEqual(heardImpacts(clip), moved);
      }
    }
  });

  it('set the number of things behind the object and the grain', () => {
    const [plain, full] = [
      draw(20, { clutter: 0, visualNoise: 0 }),
      draw(20, { clutter: 12, visualNoise: 0.2 }),
    ];
    assert.ok(plain.every(({ scene }) => scene.clutter.length === 0 && scene.visualNoise === 0));
    assert.ok(full.every(({ scene }) => scene.clutter.length === 12 && scene.visualNoise >= 0.1));
    const roughness = (clip: ClipSpec): number => {
      const { frames } = renderClip(clip);
      let sum = 0;
      for (let i = 0; i < 128 * 128 * 3 - 6; i++) sum += Math.abs(frames[i + 6] - frames[i]);
      return sum / (128 * 128 * 3);
    };
    assert.ok(roughness(full[0]) > 2 * roughness(plain[0]));
  });
});

describe('renderClip', () => {
  const program = `
    const { createHash } = require('node:crypto');
    const { sampleSettings } = require('xkd/dist/data/sample/sampleSettings');
    const { drawClip } = require('xkd/dist/data/sample/clipSpec');
    const { renderClip } = require('xkd/dist/data/sample/renderClip');
    const { frames, waveform } = renderClip(drawClip(sampleSettings({ seed: 7 }), 'test', 11));
    const hash = (values) => createHash('sha256').update(Buffer.from(values.buffer)).digest('hex');
    console.log(hash(frames), hash(waveform));`;

  it('gives the same pixels and samples in another process, whatever was made before', () => {
    renderClip(drawClip(settings(7), 'test', 10));
    const { frames, waveform } = renderClip(drawClip(settings(7), 'test', 11));
    const hash = (values: Uint8Array | Float32Array): string =>
      createHash('sha256')
        .update(Buffer.from(values.buffer as ArrayBuffer))
        .digest('hex');
    const elsewhere = execFileSync(process.execPath, ['-e', program], { cwd: __dirname, encoding: 'utf8' });
    assert.equal(elsewhere.trim(), `${hash(frames)} ${hash(waveform)}`);
  });

  it('has the shape, range and level that its specification says', () => {
    for (const clip of draw(8)) {
      const { frames, waveform, events } = renderClip(clip);
      assert.equal(frames.length, Math.round(clip.durationSeconds * 25) * 128 * 128 * 3);
      assert.equal(waveform.length, Math.round(clip.durationSeconds * 16000));
      assert.deepEqual(events, heardImpacts(clip));
      const loudest = waveform.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(loudest <= 1 && Math.abs(loudest - clip.sound.peak) < 0.3 * clip.sound.peak, `${loudest}`);
    }
  });
});

function draw(count: number, dials: Partial<SampleDials> = {}, from = 0, version = usualVersion): ClipSpec[] {
  return Array.from({ length: count }, (_, i) => drawClip(settings(0, dials, version), 'train', from + i));
}
