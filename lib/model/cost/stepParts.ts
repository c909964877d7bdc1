import { type Modality, type TermSizes, type XkdConfig, modalities, termRow, usedParts } from '../../config';
import { backboneValues, decoderValues, headFixedValues, headValues } from './activations';
import {
  type Flops,
  backboneFlops,
  classAttentionFlops,
  decoderFlops,
  headFlops,
  resamplingFlops,
} from './products';
import { type TokenCounts, countTokens } from './tokens';

/** Work of one part of the model in a pass over some clips. */
export interface StepPart extends Flops {
  /** For example `video student: masked global view`. */
  readonly part: string;
  /** Number of values that it keeps for the backward pass. */
  readonly keptValues: number;
}

/**
 * All work of one pass of clips through the model: students, decoders, heads, teachers, losses. Parts that do not
 * contribute to the loss are left out. Parts without a gradient have no backward work and keep nothing.
 *
 * @param clips clips of one pass: the batch, or with gradient accumulation a micro-batch
 */
export function stepParts(config: XkdConfig, clips: number): StepPart[] {
  const { heads, teachers } = usedParts(config);
  const perModality = (parts: (modality: Modality, counts: TokenCounts) => StepPart[]) =>
    modalities.flatMap((modality) => parts(modality, countTokens(config, modality)));
  return [
    ...perModality((modality, counts) => studentParts(config, clips, modality, counts)),
    ...(heads ? perModality((modality, counts) => [studentHead(config, clips, modality, counts)]) : []),
    ...perModality((modality, counts) => decoderParts(config, clips, modality, counts)),
    ...(teachers ? perModality((modality, counts) => teacherParts(config, clips, modality, counts)) : []),
    ...lossParts(config, clips),
  ];
}

function studentParts(
  config: XkdConfig,
  clips: number,
  modality: Modality,
  { kept, local, localViews, global, patchValues, localGrid, globalGrid }: TokenCounts,
): StepPart[] {
  const { heads, ...used } = usedParts(config);
  const throughHead = used.throughHead.includes(modality);
  const direct = used.reconstructed.includes(modality) || used.features.includes(modality);
  const parts: StepPart[] = [];
  if (heads || direct) {
    parts.push(
      part(
        `${modality} student: masked global view`,
        direct || throughHead,
        scaled(backboneFlops(config, kept, patchValues), clips),
        clips * backboneValues(config, kept, patchValues),
      ),
    );
  }
  if (localViews > 0) {
    const views = scaled(backboneFlops(config, local, patchValues), clips * localViews);
    const resampled = String(localGrid) !== String(globalGrid);
    parts.push(
      part(
        `${modality} student: local views`,
        throughHead,
        resampled ? sum(views, resamplingFlops(config, global, local)) : views,
        clips * localViews * backboneValues(config, local, patchValues),
      ),
    );
  }
  return parts;
}

function studentHead(
  config: XkdConfig,
  clips: number,
  modality: Modality,
  { localViews }: TokenCounts,
): StepPart {
  const vectors = clips * (1 + localViews);
  return part(
    `${modality} student: head`,
    usedParts(config).throughHead.includes(modality),
    scaled(headFlops(config), vectors),
    vectors * headValues(config) + headFixedValues(config),
  );
}

function decoderParts(config: XkdConfig, clips: number, modality: Modality, counts: TokenCounts): StepPart[] {
  if (!usedParts(config).reconstructed.includes(modality)) return [];
  const values = clips * decoderValues(config, counts);
  return [part(`${modality} decoder`, true, scaled(decoderFlops(config, counts), clips), values)];
}

function teacherParts(config: XkdConfig, clips: number, modality: Modality, counts: TokenCounts): StepPart[] {
  const { teacher, teacherView, global, patchValues, localGrid, globalGrid } = counts;
  const encoded = backboneFlops(config, teacher, patchValues);
  const refined = config.refinement !== 'none';
  const seen = scaled(refined ? sum(encoded, classAttentionFlops(config, teacher)) : encoded, clips);
  const resampled = teacherView === 'firstLocal' && String(localGrid) !== String(globalGrid);
  return [
    part(
      `${modality} teacher: ${teacherView === 'global' ? 'global view' : 'first local view'}`,
      false,
      resampled ? sum(seen, resamplingFlops(config, global, teacher)) : seen,
    ),
    part(`${modality} teacher: head`, false, scaled(headFlops(config), clips)),
  ];
}

/** Work of the terms themselves. Terms that are counted together form one part. */
function lossParts(config: XkdConfig, clips: number): StepPart[] {
  const vectors = (modality: Modality) => clips * (1 + countTokens(config, modality).localViews);
  const [video, audio] = modalities.map(vectors);
  const sizes: TermSizes = {
    ...{ clips, video, audio },
    width: config.encoder.width,
    outputs: config.projector.outputs,
  };
  const parts = new Map<string, StepPart>();
  for (const { work, from } of usedParts(config).terms.map(termRow)) {
    if (!work) continue;
    const { keptValues, ...flops } = work.of(sizes);
    const trained = from.some((source) => source !== 'teachers');
    const added = part(work.part, trained, flops, keptValues);
    const before = parts.get(work.part) ?? part(work.part, trained, { forward: 0, backward: 0 });
    parts.set(work.part, {
      ...before,
      ...sum(before, added),
      keptValues: before.keptValues + added.keptValues,
    });
  }
  return [...parts.values()];
}

function part(name: string, trained: boolean, flops: Flops, keptValues = 0): StepPart {
  return {
    part: name,
    forward: flops.forward,
    backward: trained ? flops.backward : 0,
    keptValues: trained ? keptValues : 0,
  };
}

function scaled({ forward, backward }: Flops, times: number): Flops {
  return { forward: forward * times, backward: backward * times };
}

function sum(a: Flops, b: Flops): Flops {
  return { forward: a.forward + b.forward, backward: a.backward + b.backward };
}
