import type { Modality } from 'xkd/dist/config';
import type { NdArray, ViewBatch } from 'xkd/dist/data/types';
import { RandomStream } from 'xkd/dist/random';
import type { ProbeClips } from 'xkd/dist/train/health/probe';
import type { BatchSource } from 'xkd/dist/train/batches';
import type { Fault } from './cases';

type Damage = (array: NdArray, stream: RandomStream) => NdArray;

const zeros: Damage = ({ shape, data }) => ({ shape, data: new Float32Array(data.length) });
const noise: Damage = ({ shape, data }, stream) => ({
  shape,
  data: Float32Array.from({ length: data.length }, () => stream.normal()),
});
const firstClip: Damage = ({ shape, data }) => {
  const size = data.length / shape[0];
  return { shape, data: Float32Array.from({ length: data.length }, (_, i) => data[i % size]) };
};
const notFinite: Damage = ({ shape, data }) => {
  const damaged = Float32Array.from(data);
  damaged[0] = NaN;
  return { shape, data: damaged };
};

const damages: Readonly<Record<Fault, Partial<Record<Modality, Damage>>>> = {
  'silent sound': { audio: zeros },
  'black pictures': { video: zeros },
  'one clip for all': { video: firstClip, audio: firstClip },
  'noise for pictures': { video: noise },
  'noise for sound': { audio: noise },
  'values that are not finite': { audio: notFinite },
};

/** Batches with a fault in all their clips. */
export function faultySource(source: BatchSource, fault: Fault): BatchSource {
  const { video: damageVideo, audio: damageAudio } = damages[fault];
  return {
    close: () => source.close(),
    get skipped() {
      return source.skipped;
    },
    next: async (): Promise<ViewBatch> => {
      const batch = await source.next();
      const stream = RandomStream.fromSeed(fault).split('batch', batch.step);
      const { video, audio } = batch;
      return {
        ...batch,
        video: damageVideo ? video.map((view) => damageVideo(view, stream)) : video,
        audio: damageAudio ? audio.map((view) => damageAudio(view, stream)) : audio,
      };
    },
  };
}

/** The probe's clips with the same fault. */
export function faultyClips({ video, audio }: ProbeClips, fault: Fault): ProbeClips {
  const stream = RandomStream.fromSeed(fault).split('probe');
  const { video: damageVideo, audio: damageAudio } = damages[fault];
  return {
    video: damageVideo ? damageVideo(video, stream) : video,
    audio: damageAudio ? damageAudio(audio, stream) : audio,
  };
}
