import { RandomStream } from '../../random';
import type { SoundingObject, SoundSpec, Tone } from './soundSpec';

/**
 * Synthesises a clip's sound. Every mode is a two-pole resonator excited at each impact; contact clicks, the hum and
 * background noise are added. The resonator's impulse response is the decaying sine of the mode.
 *
 * @returns `[samples]` within [-1, 1], mono
 */
export function renderSound(sound: SoundSpec, durationSeconds: number, sampleRateHz: number): Float32Array {
  const samples = Math.round(durationSeconds * sampleRateHz);
  const signal = new Float64Array(samples);
  for (const object of [sound, ...sound.unseen]) addObject(signal, object, sampleRateHz);
  const random = RandomStream.fromSeed(sound.noiseSeed);
  addClicks(signal, sound, random.split('clicks'), sampleRateHz);
  return finish(signal, sound, { random: random.split('noise'), sampleRateHz });
}

function addObject(signal: Float64Array, { modes, hits }: SoundingObject, sampleRateHz: number): void {
  const strikes = new Float64Array(signal.length);
  for (const { seconds, strength } of hits) strikes[Math.round(seconds * sampleRateHz)] += strength;
  for (const mode of modes) {
    const angle = (2 * Math.PI * mode.frequencyHz) / sampleRateHz;
    const radius = Math.exp(-1 / (mode.decaySeconds * sampleRateHz));
    const feedback1 = 2 * radius * Math.cos(angle);
    const feedback2 = radius * radius;
    const gain = mode.amplitude * Math.sin(angle);
    let y1 = 0;
    let y2 = 0;
    for (let n = 0; n < signal.length; n++) {
      const y = gain * strikes[n] + feedback1 * y1 - feedback2 * y2;
      signal[n] += y;
      y2 = y1;
      y1 = y;
    }
  }
}

/** The contact itself: a burst of noise that decays within a few milliseconds. */
function addClicks(signal: Float64Array, sound: SoundSpec, random: RandomStream, sampleRateHz: number): void {
  const fade = 0.0015 * sampleRateHz;
  for (const { seconds, strength } of sound.hits) {
    const start = Math.round(seconds * sampleRateHz);
    for (let n = 0; n < 6 * fade && start + n < signal.length; n++) {
      signal[start + n] += 0.5 * strength * Math.exp(-n / fade) * random.normal();
    }
  }
}

/** Amplitude of the hum at a time, as a share of the sound's peak. */
function humAt(tones: readonly Tone[], seconds: number): number {
  const wave = (hz: number, phase: number): number => Math.sin(2 * Math.PI * (hz * seconds + phase));
  return tones.reduce((sum, { frequencyHz, amplitude, phase, swell }) => {
    const loudness = 1 - (swell.depth * (1 + wave(swell.hz, swell.phase))) / 2;
    return sum + amplitude * loudness * wave(frequencyHz, phase);
  }, 0);
}

interface FinishArgs {
  readonly random: RandomStream;
  readonly sampleRateHz: number;
}

/** Scales the impacts to the peak and adds the hum, and noise filtered by a one-pole low-pass of unit power. */
function finish(signal: Float64Array, sound: SoundSpec, { random, sampleRateHz }: FinishArgs): Float32Array {
  let loudest = 1e-9;
  for (const value of signal) loudest = Math.max(loudest, Math.abs(value));
  const scale = sound.peak / loudest;
  const memory = sound.noiseDarkness;
  const fresh = sound.noiseLevel * sound.peak * Math.sqrt(1 - memory * memory);
  const waveform = new Float32Array(signal.length);
  let noise = 0;
  for (let n = 0; n < signal.length; n++) {
    noise = memory * noise + fresh * random.normal();
    const hum = sound.peak * humAt(sound.hum, n / sampleRateHz);
    waveform[n] = Math.max(-1, Math.min(1, signal[n] * scale + hum + noise));
  }
  return waveform;
}
