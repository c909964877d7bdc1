import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpegPath } from 'xkd/dist/media/ffmpeg/ffmpeg';

/** A folder for the files of a test, and ffmpeg to make them. Removed after the tests of the suite that requested it. */
export function temporaryFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'xkd-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

export function ffmpeg(...args: string[]): void {
  execFileSync(ffmpegPath(), ['-v', 'error', '-y', '-nostdin', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The same pictures and sound, with one of them starting this much later [s]. */
export function lateCopy(from: string, path: string, late: { pictures?: number; sound?: number }): void {
  const { pictures = 0, sound = 0 } = late;
  const inputs = [pictures, sound].flatMap((seconds) => ['-itsoffset', String(seconds), '-i', from]);
  ffmpeg(...inputs, '-map', '0:v', '-map', '1:a', '-c', 'copy', path);
}

/** Pictures whose red value is twice the frame number, lossless. */
export function countingPictures(seconds: number, framesPerSecond = 25, size = '32x24'): string[] {
  const source = `color=black:s=${size}:r=${framesPerSecond}:d=${seconds},format=rgb24,geq=r='2*N':g=0:b=0`;
  return ['-f', 'lavfi', '-i', source];
}

/** A white flash and a tone that start at the same time. */
export function flashAndClick(path: string, seconds: number, at: number, options: string[] = []): void {
  const flash = `color=black:s=64x48:r=25:d=${seconds},drawbox=c=white:t=fill:enable='gte(t,${at - 0.001})'`;
  const click = `aevalsrc='if(gte(t,${at}),sin(2*PI*1000*t),0)':s=44100:d=${seconds}`;
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', '-g', '50', '-c:a', 'pcm_s16le'];
  ffmpeg('-f', 'lavfi', '-i', flash, '-f', 'lavfi', '-i', click, ...codecs, ...options, path);
}

/** A small clip with pictures and sound, encoded as by cameras. */
export function ordinaryClip(
  path: string,
  seconds: number,
  options: { hue?: number; size?: string } = {},
): void {
  const { hue = 0, size = '64x48' } = options;
  const picture = `testsrc2=d=${seconds}:s=${size}:r=25,hue=h=${hue}`;
  const sound = `sine=f=${400 + 3 * hue}:d=${seconds}`;
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  ffmpeg(
    '-f',
    'lavfi',
    '-i',
    picture,
    '-f',
    'lavfi',
    '-i',
    sound,
    ...codecs,
    '-movflags',
    '+faststart',
    path,
  );
}

/** Writes raw 16-bit samples as a sound of 60 channels at 16 kHz. */
export function sixtyChannels(raw: string, path: string): void {
  ffmpeg(...['-f', 's16le', '-ar', '16000', '-ac', '60', '-i', raw], '-c:a', 'pcm_s16le', path);
}
