import { imageNetMean } from '../imageNet';
import { affineMap, applyAffine } from './affine';
import { blackFrame, blendWith, greyFrame, meanGreyFrame, smoothFrame } from './blends';
import type { ByteFrame, Operation } from './operation';
import {
  applyTable,
  autoContrastTable,
  equaliseTable,
  invertTable,
  posteriseTable,
  solariseAddTable,
  solariseTable,
  type ToneTable,
} from './tones';

/** Applies operations to a frame in order, in place. Statistics are the frame's own. */
export function applyOperations(frame: ByteFrame, operations: readonly Operation[]): void {
  for (const operation of operations) applyOperation(frame, operation);
}

function applyOperation(frame: ByteFrame, operation: Operation): void {
  switch (operation.kind) {
    case 'autoContrast':
      return channelwise(frame, autoContrastTable);
    case 'equalise':
      return channelwise(frame, equaliseTable);
    case 'invert':
      return channelwise(frame, invertTable);
    case 'posterise':
      return channelwise(frame, () => posteriseTable(operation.bits));
    case 'solarise':
      return channelwise(frame, () => solariseTable(operation.threshold));
    case 'solariseAdd':
      return channelwise(frame, () => solariseAddTable(operation.amount));
    case 'colour':
      return blendWith(frame.data, greyFrame(frame), operation.factor);
    case 'contrast':
      return blendWith(frame.data, meanGreyFrame(frame), operation.factor);
    case 'brightness':
      return blendWith(frame.data, blackFrame(frame), operation.factor);
    case 'sharpness':
      return blendWith(frame.data, smoothFrame(frame), operation.factor);
    default: {
      const moved = new Uint8Array(frame.data.length);
      applyAffine(frame, affineMap(operation, frame.height, frame.width), fillColour, moved);
      frame.data.set(moved);
    }
  }
}

function channelwise({ data, height, width }: ByteFrame, tones: (channel: Uint8Array) => ToneTable): void {
  const plane = height * width;
  for (let channel = 0; channel < 3; channel++) {
    const values = data.subarray(channel * plane, (channel + 1) * plane);
    applyTable(values, tones(values));
  }
}

const [red, green, blue] = imageNetMean.map((share) => Math.round(255 * share));
/** Fill for pixels from outside a moved frame: the mean colour. */
const fillColour = [red, green, blue] as const;
