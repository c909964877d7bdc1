import { clipFrames, type XkdConfig } from 'xkd/core';
import { type Clip, sampleClip, stackViews, ViewMaker } from '../training/clips';
import type { LabelledViews } from '../training/probe';

/** Clips that a probe learns from and is tested on. */
const probed = { train: 320, test: 160 };
/** Clips drawn before others get a turn. */
const atOnce = 16;

/** The clips of the sample set that the page trains and probes with, drawn when they are first needed. */
export class TrainingClips {
  static readonly count = 640;
  readonly training: Clip[] = [];
  private readonly test: Clip[] = [];
  private views: { readonly train: LabelledViews; readonly test: LabelledViews } | null = null;

  private drawn: Promise<void> | null = null;

  constructor(private readonly config: XkdConfig) {}

  /** Draws all clips, once; others get a turn in between. */
  draw(onProgress: (done: number, total: number) => void): Promise<void> {
    this.drawn ??= this.drawAll(onProgress);
    return this.drawn;
  }

  private async drawAll(onProgress: (done: number, total: number) => void): Promise<void> {
    const total = TrainingClips.count + probed.test;
    while (this.test.length < probed.test) {
      for (let i = 0; i < atOnce; i++) {
        const isTraining = this.training.length < TrainingClips.count;
        const list = isTraining ? this.training : this.test;
        list.push(sampleClip(this.config, isTraining ? 'train' : 'test', list.length));
      }
      onProgress(this.training.length + this.test.length, total);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** Views of the clips for probes, without augmentation. */
  get probed(): { readonly train: LabelledViews; readonly test: LabelledViews } {
    const train = this.training.slice(0, probed.train);
    this.views ??= { train: wholeViews(this.config, train), test: wholeViews(this.config, this.test) };
    return this.views;
  }
}

/** Clips without augmentation, as one batch. */
export function wholeViews(config: XkdConfig, clips: readonly Clip[]): LabelledViews {
  const maker = new ViewMaker(config);
  const views = clips.map((clip) => maker.whole(clip));
  const { frameSize } = config.clip;
  const { melBands, columns } = config.spectrogram;
  return {
    video: stackViews(
      views.map(({ video }) => video),
      [3, clipFrames(config), frameSize, frameSize],
    ),
    audio: stackViews(
      views.map(({ audio }) => audio),
      [1, melBands, columns],
    ),
    labels: Int32Array.from(clips, ({ label }) => label),
  };
}
