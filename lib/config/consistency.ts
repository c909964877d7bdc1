import { UserError } from '../errors';
import { clipFrames, fullGrid, keptInView, maskKind, tokenCount } from './grid';
import { lossComplaint } from './lossTable';
import { usedParts } from './parts';
import { modalities, type XkdConfig } from './schema';
import { teacherKinds } from './teacherKinds';
import { headLosses } from './lossLookups';

/** Rejects values that are each in range but make no sense together, and says why. */
export function checkConsistency(config: XkdConfig): void {
  const { clip, patch, views, spectrogram, encoder, decoder } = config;
  divides('patch.frames', patch.frames, 'frames of a clip', clipFrames(config));
  divides('patch.size', patch.size, 'clip.frameSize', clip.frameSize);
  divides('patch.melBands', patch.melBands, 'spectrogram.melBands', spectrogram.melBands);
  divides('patch.columns', patch.columns, 'spectrogram.columns', spectrogram.columns);
  divides('encoder.heads', encoder.heads, 'encoder.width', encoder.width);
  divides('decoder.heads', decoder.heads, 'decoder.width', decoder.width);
  if (views.local.video > 0) {
    divides('patch.frames', patch.frames, 'views.frames', views.frames);
    divides('patch.size', patch.size, 'views.frameSize', views.frameSize);
    atMost('views.frames', views.frames, 'frames of a clip', clipFrames(config));
  }
  if (views.local.audio > 0) {
    divides('patch.columns', patch.columns, 'views.columns', views.columns);
    atMost('views.columns', views.columns, 'spectrogram.columns', spectrogram.columns);
  }
  atMost('spectrogram.maxHz', spectrogram.maxHz, 'half of clip.sampleRateHz', clip.sampleRateHz / 2);
  if (spectrogram.minHz >= spectrogram.maxHz) {
    throw new UserError(
      `spectrogram.minHz (${spectrogram.minHz}) is not below spectrogram.maxHz (${spectrogram.maxHz}).`,
    );
  }
  if (!Number.isInteger(Math.log2(spectrogram.fftSize))) {
    throw new UserError(`spectrogram.fftSize is ${spectrogram.fftSize}, which is not a power of two.`);
  }
  divides('training.accumulate', config.training.accumulate, 'training.batch', config.training.batch);
  checkPairs(config);
  checkMasks(config);
  checkLosses(config);
  checkUnused(config);
}

/** At least one student must learn, and the teachers must have a view (docs/method.md, sections 5 and 6). */
function checkLosses(config: XkdConfig): void {
  const { teacherView, views } = config;
  const complaint = lossComplaint(config);
  if (complaint !== null) throw new UserError(complaint);
  const { students, teachers } = usedParts(config);
  if (!students) {
    throw new UserError(
      teachers
        ? 'loss.alignmentOf is "teachers" and all other losses are off: teachers get no gradient, so nothing would be learnt; set loss.alignmentOf=students, or another weight under "loss" above 0.'
        : 'All weights under "loss" are 0: nothing would be learnt; set one above 0.',
    );
  }
  const missing = modalities.find((modality) => views.local[modality] === 0);
  if (teachers && teacherView === 'firstLocal' && missing !== undefined) {
    throw new UserError(
      `teacherView is "firstLocal" but views.local.${missing} is 0: set teacherView=global or views.local.${missing}=1.`,
    );
  }
}

/** Rejects settings for a part of the method that is off: they would have no effect, which the user does not expect. */
function checkUnused(config: XkdConfig): void {
  const { refinement, teacher, optimiser } = config;
  const { heads, teachers } = usedParts(config);
  if (refinement === 'softmax' && !teachers) {
    throw new UserError(
      'refinement is "softmax" but no loss needs the teachers, whose features it refines; give loss.distillation a weight, or leave refinement out.',
    );
  }
  if (!teacherKinds[teacher].follows && !teachers) {
    throw new UserError(
      `teacher is "${teacher}" but no loss needs the teachers; give loss.distillation a weight, or leave teacher out.`,
    );
  }
  if (optimiser.freezeLastLayerEpochs > 0 && !heads) {
    const ways = headLosses(config).map((name) => `loss.${name}`);
    throw new UserError(
      `optimiser.freezeLastLayerEpochs is ${optimiser.freezeLastLayerEpochs} but no loss trains the heads; give ${ways.join(' or ')} a weight, or leave it out.`,
    );
  }
}

/** In a batch of one clip there is no other clip to take the sound from. */
function checkPairs({ pairs, training: { batch, accumulate } }: XkdConfig): void {
  if (pairs === 'shuffled' && batch === accumulate) {
    throw new UserError(
      'pairs is "shuffled" but only one clip goes through at a time, so there is no other to take the sound of; choose a larger training.batch or a smaller training.accumulate.',
    );
  }
}

/** A mask must keep some patches, and must remove some if the modality is reconstructed. */
function checkMasks(config: XkdConfig): void {
  const { mask } = config;
  const { reconstructed } = usedParts(config);
  for (const modality of modalities) {
    const grid = fullGrid(config, modality);
    const tokens = tokenCount(grid);
    const kept = keptInView(config, modality);
    const together = maskKind(config, modality).together(grid);
    const inGroups =
      together === 1 ? '' : `, which "${mask[`${modality}.kind`]}" takes ${together} at a time`;
    if (kept === 0) {
      throw new UserError(
        `mask.${modality} (${mask[modality]}) leaves none of the ${tokens} patches${inGroups}; choose a lower ratio.`,
      );
    }
    if (reconstructed.includes(modality) && kept === tokens) {
      throw new UserError(
        `mask.${modality} (${mask[modality]}) removes none of the ${kept} patches${inGroups}, so there is nothing to reconstruct; choose a higher ratio, or leave ${modality} out of loss.reconstructionOf.`,
      );
    }
  }
}

function divides(name: string, part: number, wholeName: string, whole: number): void {
  if (whole % part !== 0) {
    throw new UserError(`${wholeName} (${whole}) is not a multiple of ${name} (${part}).`);
  }
}

function atMost(name: string, value: number, limitName: string, limit: number): void {
  if (value > limit) throw new UserError(`${name} (${value}) is above ${limitName} (${limit}).`);
}
