import { modalities, type Modality, type NdArray, type XkdConfig } from 'xkd/core';
import type { Probed } from '../protocol';
import { probe, towerFigures } from '../training/probe';
import type { Trainer } from '../training/trainer';
import type { TrainingClips } from './trainingClips';

/** Test clips whose answers are compared. */
const compared = 32;
/** A teacher has collapsed if its answers differ by less than this, and once differed by the other, or have had time to. */
const collapse = { below: 0.01, height: 0.03, notBefore: 150 };

/** Measures both networks every few steps. */
export class Measures {
  private readonly peaks: Record<Modality, number> = { video: 0, audio: 0 };

  constructor(private readonly config: XkdConfig) {}

  take({ xkd, baseline, step }: Trainer, { probed }: TrainingClips): Probed {
    const { train, test } = probed;
    const { student, videoTeacher, audioTeacher } = xkd.config.temperature;
    const some = { video: firstOf(test.video), audio: firstOf(test.audio) };
    const temperatures = { student, videoTeacher: videoTeacher.end, audioTeacher: audioTeacher.end };
    const figures = towerFigures(xkd, some, temperatures);
    const information = {
      video: figures.videoTeacher.information,
      audio: figures.audioTeacher.information,
    };
    return {
      kind: 'probed',
      step,
      xkd: probe(xkd, 'video', train, test),
      baseline: probe(baseline, 'video', train, test),
      audio: probe(xkd, 'audio', train, test),
      information,
      collapsed: modalities.filter((modality) => this.hasCollapsed(modality, information[modality], step)),
    };
  }

  private hasCollapsed(modality: Modality, information: number, step: number): boolean {
    this.peaks[modality] = Math.max(this.peaks[modality], information);
    const could = this.peaks[modality] >= collapse.height || step >= collapse.notBefore;
    return could && information < collapse.below && this.config.loss.distillation > 0;
  }
}

function firstOf({ data, shape: [clips, ...rest] }: NdArray): NdArray {
  const size = data.length / clips;
  return { data: data.subarray(0, compared * size), shape: [compared, ...rest] };
}
