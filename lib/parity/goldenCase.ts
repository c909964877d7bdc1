import { z } from 'zod';
import { type Modality, type XkdConfig, configure, validateConfig } from '../config';
import { UserError } from '../errors';
import type { StoredTensor } from '../files/tensors/tensorFile';
import { type ModelInputs, maskOfViews, maskTensors } from '../model';
import { tf } from '../tensor/native';
import type { RankPlace } from '../tensor/collectives';
import type { StepSchedule } from '../train/optimiser/schedules';

const transformer = z.object({ embed_dim: z.int(), depth: z.int(), num_heads: z.int() });

/** The part of a recorded case's JSON that a replay needs. */
export const caseSchema = z.object({
  name: z.enum(['XKD', 'XKD_MAS', 'XKD_MATS']),
  config: z.object({
    frame_size: z.tuple([z.literal(3), z.int(), z.int()]),
    num_frames: z.int(),
    vid_patch_spatial: z.tuple([z.int(), z.int()]),
    vid_patch_temporal: z.int(),
    spec_size: z.tuple([z.int(), z.int()]),
    spec_patch_spatial: z.tuple([z.int(), z.int()]),
    teacher_cfg: z.string(),
    student_cfg: z.string(),
    decoder_cfg: z.string(),
    projector_cfg: z.string(),
  }),
  nano: z.object({
    encoder: z.record(z.string(), transformer),
    decoder: z.record(z.string(), transformer),
    projector: z.record(
      z.string(),
      z.object({ out_dim: z.int(), nlayers: z.int(), hidden_dim: z.int(), bottleneck_dim: z.int() }),
    ),
  }),
  views: z.object({ video: z.array(z.tuple([z.int(), z.int()])), audio: z.array(z.int()) }),
  batch: z.int(),
  steps: z.int(),
  temps: z.tuple([z.tuple([z.number(), z.number()]), z.tuple([z.number(), z.number()])]),
  mode: z.enum(['mean', 'softmax']),
  clip: z.number(),
  weight_decay: z.number(),
  losses: z.array(z.record(z.string(), z.number())),
});

export type CaseFile = z.infer<typeof caseSchema>;

/** The recorded tensors of a case, in a file or in memory. */
export interface RecordedTensors {
  names(): string[];
  has(name: string): boolean;
  read(name: string): StoredTensor;
}

type Place = Pick<RankPlace, 'index' | 'count'>;

/** A training run recorded by the authors' code: configuration, weights, views, noise and figures of each step. */
export class GoldenCase<Tensors extends RecordedTensors = RecordedTensors> {
  readonly config: XkdConfig;

  constructor(
    readonly prefix: string,
    private readonly file: CaseFile,
    readonly tensors: Tensors,
  ) {
    this.config = caseConfig(file);
  }

  /** Clips of a step. */
  get batch(): number {
    return this.file.batch;
  }

  get steps(): number {
    return this.file.steps;
  }

  /** The recorded losses of a step, before its update, by the release's names. */
  losses(step: number): Readonly<Record<string, number>> {
    return this.file.losses[step];
  }

  /** Learning rate, EMA momentum and temperatures used in a step. */
  schedule(step: number): StepSchedule {
    const [[videoTeacher], [audioTeacher, student]] = this.file.temps;
    const { lr, ema } = this.file.losses[step];
    return {
      learningRate: lr,
      emaMomentum: ema,
      temperatures: { student, videoTeacher, audioTeacher },
      lastLayerFrozen: false,
    };
  }

  /**
   * Recorded views and masking noise of a step.
   *
   * @param ranks if several processes replay it: this one, which gets its share of the clips
   */
  inputs(step: number, ranks: Place | null = null): ModelInputs {
    const mask = (modality: Modality) => {
      const noise = this.tensors.read(`step${step}.noise.${modality}`);
      const [from, to] = shareOf(noise.data.length, ranks);
      return maskTensors(maskOfViews(this.config, modality, (noise.data as Float32Array).subarray(from, to)));
    };
    return {
      views: { video: this.views(step, 'frames', ranks), audio: this.views(step, 'specs', ranks) },
      masks: { video: mask('video'), audio: mask('audio') },
    };
  }

  tensor(name: string): tf.Tensor {
    const { data, shape } = this.tensors.read(name);
    return tf.tensor(data, [...shape]);
  }

  /** Names of the recorded tensors under a prefix such as `state.`, without the prefix. */
  namesUnder(prefix: string): string[] {
    return this.tensors
      .names()
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }

  private views(step: number, kind: 'frames' | 'specs', ranks: Place | null): tf.Tensor[] {
    const names = this.namesUnder(`step${step}.${kind}.`).sort((a, b) => Number(a) - Number(b));
    return names.map((name) => {
      const { data, shape } = this.tensors.read(`step${step}.${kind}.${name}`);
      const [from, to] = shareOf(shape[0], ranks);
      const size = data.length / shape[0];
      return tf.tensor(data.subarray(from * size, to * size), [to - from, ...shape.slice(1)]);
    });
  }
}

/** Start and end of a process's part of a whole. */
function shareOf(whole: number, ranks: Place | null): [from: number, to: number] {
  const { index, count } = ranks ?? { index: 0, count: 1 };
  return [(whole / count) * index, (whole / count) * (index + 1)];
}

const sharings = { XKD: 'none', XKD_MAS: 'students', XKD_MATS: 'teachersAndStudents' } as const;

/** The case's sizes as a configuration of ours. Sizes missing in its file are those of the release (preset `base`). */
function caseConfig(file: CaseFile): XkdConfig {
  const { config, nano, views } = file;
  const base = configure('base');
  const encoder = sizesOf(nano.encoder, config.student_cfg, 'encoder');
  const decoder = sizesOf(nano.decoder, config.decoder_cfg, 'decoder');
  const projector = sizesOf(nano.projector, config.projector_cfg, 'projector');
  const [frames, frameSize] = views.video[0] ?? [config.num_frames, config.frame_size[1]];
  return validateConfig({
    ...base,
    clip: {
      ...base.clip,
      seconds: config.num_frames / base.clip.framesPerSecond,
      frameSize: config.frame_size[1],
    },
    spectrogram: { ...base.spectrogram, melBands: config.spec_size[0], columns: config.spec_size[1] },
    patch: {
      frames: config.vid_patch_temporal,
      size: config.vid_patch_spatial[0],
      melBands: config.spec_patch_spatial[0],
      columns: config.spec_patch_spatial[1],
    },
    views: {
      local: { video: views.video.length, audio: views.audio.length },
      frames,
      frameSize,
      columns: views.audio[0] ?? config.spec_size[1],
    },
    encoder: { ...base.encoder, width: encoder.embed_dim, depth: encoder.depth, heads: encoder.num_heads },
    decoder: { width: decoder.embed_dim, depth: decoder.depth, heads: decoder.num_heads },
    projector: {
      layers: projector.nlayers,
      hidden: projector.hidden_dim,
      bottleneck: projector.bottleneck_dim,
      outputs: projector.out_dim,
    },
    sharing: sharings[file.name],
    refinement: file.mode,
    optimiser: { ...base.optimiser, clip: file.clip, weightDecay: file.weight_decay },
  });
}

function sizesOf<T>(table: Readonly<Record<string, T>>, name: string, part: string): T {
  if (Object.hasOwn(table, name)) return table[name];
  throw new UserError(
    `The case names the ${part} "${name}", whose sizes do not stand under "nano" in its JSON.`,
  );
}
