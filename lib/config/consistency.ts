import { UserError } from '../errors';
import type { XkdConfig } from './schema';

/** Refuses values that are each in range but make no sense together, with the reason. */
export function checkConsistency(config: XkdConfig): void {
  const { clip, patch, views, spectrogram, encoder, decoder } = config;
  divides('patch.frames', patch.frames, 'frames of a clip', clipFrames(config));
  divides('patch.size', patch.size, 'clip.frameSize', clip.frameSize);
  divides('patch.melBands', patch.melBands, 'spectrogram.melBands', spectrogram.melBands);
  divides('patch.columns', patch.columns, 'spectrogram.columns', spectrogram.columns);
  divides('encoder.heads', encoder.heads, 'encoder.width', encoder.width);
  divides('decoder.heads', decoder.heads, 'decoder.width', decoder.width);
  if (views.local > 0) {
    divides('patch.frames', patch.frames, 'views.frames', views.frames);
    divides('patch.size', patch.size, 'views.frameSize', views.frameSize);
    divides('patch.columns', patch.columns, 'views.columns', views.columns);
    atMost('views.frames', views.frames, 'frames of a clip', clipFrames(config));
    atMost('views.columns', views.columns, 'spectrogram.columns', spectrogram.columns);
  } else if (config.teacherView === 'firstLocal') {
    throw new UserError(
      'teacherView is "firstLocal" but views.local is 0: set teacherView=global or views.local=1.',
    );
  }
  atMost('spectrogram.maxHz', spectrogram.maxHz, 'half of clip.sampleRateHz', clip.sampleRateHz / 2);
  if (!Number.isInteger(Math.log2(spectrogram.fftSize))) {
    throw new UserError(`spectrogram.fftSize is ${spectrogram.fftSize}, which is not a power of two.`);
  }
  if (config.loss.alignment + config.loss.distillation + config.loss.reconstruction === 0) {
    throw new UserError('All weights under "loss" are 0: nothing would be learnt; set one above 0.');
  }
}

/** Frames of a global view. */
export function clipFrames(config: XkdConfig): number {
  return Math.round(config.clip.seconds * config.clip.framesPerSecond);
}

function divides(name: string, part: number, wholeName: string, whole: number): void {
  if (whole % part !== 0) {
    throw new UserError(`${wholeName} (${whole}) is not a multiple of ${name} (${part}).`);
  }
}

function atMost(name: string, value: number, limitName: string, limit: number): void {
  if (value > limit) throw new UserError(`${name} (${value}) is above ${limitName} (${limit}).`);
}
