import { shownPerSecond, type Stretch } from '../protocol';

/* Videos of the reader's own. They are decoded by the browser and never leave the page. */

const sampleRateHz = 16000;
const side = 128;
const patienceMs = 8000;

/** Something the reader can do something about, as one sentence. */
export class MediaError extends Error {}

/**
 * The middle of a video, as long as a clip of the network.
 *
 * @throws MediaError if the browser cannot decode it
 */
export async function decodeStretch(file: Blob, name: string, seconds: number): Promise<Stretch> {
  const address = URL.createObjectURL(file);
  try {
    const video = await openVideo(address, name);
    const length = Number.isFinite(video.duration) ? video.duration : seconds;
    const start = Math.max(0, (length - seconds) / 2);
    const frames = await readFrames(video, start, seconds, length);
    return { frames, height: side, width: side, waveform: await readSound(file, start, seconds) };
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Records the camera and the microphone. */
export async function recordCamera(seconds: number, onStart: (stream: MediaStream) => void): Promise<Blob> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 }, audio: true });
  } catch {
    throw new MediaError(
      'There is no camera and microphone that this page may use; allow it, or choose a file.',
    );
  }
  try {
    onStart(stream);
    const recorder = new MediaRecorder(stream);
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    recorder.stop();
    await ended;
    return new Blob(parts, { type: recorder.mimeType });
  } finally {
    stream.getTracks().forEach((track) => track.stop());
  }
}

async function openVideo(address: string, name: string): Promise<HTMLVideoElement> {
  const video = document.createElement('video');
  Object.assign(video, { muted: true, preload: 'auto', playsInline: true, src: address });
  const opened = await happened(video, 'loadeddata');
  if (!opened || video.videoWidth === 0)
    throw new MediaError(
      `This browser cannot decode the pictures of ${name}; choose an MP4 (H.264) or WebM file.`,
    );
  // A recording does not say how long it is until its end has been looked for.
  if (!Number.isFinite(video.duration)) {
    video.currentTime = 1e6;
    await happened(video, 'seeked');
  }
  return video;
}

/** The central square of each frame, `[T, S, S, 3]`. */
async function readFrames(
  video: HTMLVideoElement,
  start: number,
  seconds: number,
  length: number,
): Promise<Uint8Array> {
  const count = Math.round(seconds * shownPerSecond);
  const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
  const paint = canvas.getContext('2d', { willReadFrequently: true })!;
  const square = Math.min(video.videoWidth, video.videoHeight);
  const [left, top] = [(video.videoWidth - square) / 2, (video.videoHeight - square) / 2];
  const frames = new Uint8Array(count * side * side * 3);
  for (let t = 0; t < count; t++) {
    // Shorter videos are repeated, as natively.
    video.currentTime = (start + t / shownPerSecond) % Math.max(length, 1 / shownPerSecond);
    await happened(video, 'seeked');
    paint.drawImage(video, left, top, square, square, 0, 0, side, side);
    const { data } = paint.getImageData(0, 0, side, side);
    const at = t * side * side * 3;
    for (let i = 0; i < side * side; i++) frames.set(data.subarray(4 * i, 4 * i + 3), at + 3 * i);
  }
  return frames;
}

/** Mono samples; silence for a video without sound. */
async function readSound(file: Blob, start: number, seconds: number): Promise<Float32Array> {
  const waveform = new Float32Array(Math.round(seconds * sampleRateHz));
  try {
    const context = new OfflineAudioContext(1, 1, sampleRateHz);
    const sound = await context.decodeAudioData(await file.arrayBuffer());
    const first = Math.round(start * sampleRateHz);
    for (let channel = 0; channel < sound.numberOfChannels; channel++) {
      const values = sound.getChannelData(channel).subarray(first, first + waveform.length);
      values.forEach((value, i) => (waveform[i] += value / sound.numberOfChannels));
    }
  } catch {
    // There is no sound track, or none that the browser decodes; the page shows an empty spectrogram.
  }
  return waveform;
}

function happened(video: HTMLVideoElement, event: string): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (result: boolean) => {
      clearTimeout(timer);
      resolve(result);
    };
    const timer = setTimeout(() => done(false), patienceMs);
    video.addEventListener(event, () => done(true), { once: true });
    video.addEventListener('error', () => done(false), { once: true });
  });
}
