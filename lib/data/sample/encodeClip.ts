import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { UserError } from '../../errors';
import type { ChildTable } from '../../media/children';
import { sampleFrameSize, sampleFramesPerSecond, sampleRateHz } from './clipSpec';
import type { RenderedClip } from './renderClip';

export interface EncodeClipArgs {
  readonly path: string;
  /** Path of the ffmpeg to use. */
  readonly ffmpeg: string;
  /** Table in which the process is registered while it runs. */
  readonly children: ChildTable;
}

/**
 * Writes a clip as mp4 (H.264, AAC). ffmpeg reads frames from its standard input and samples from a second
 * pipe; if this process ends, both close and ffmpeg ends, too. It uses one thread, so that equal clips give
 * equal files.
 *
 * @throws UserError if ffmpeg does not start or cannot write
 */
export function encodeClip(clip: RenderedClip, { path, ffmpeg, children }: EncodeClipArgs): Promise<void> {
  const video = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-video_size',
    `${sampleFrameSize}x${sampleFrameSize}`,
  ];
  const audio = ['-f', 'f32le', '-ar', String(sampleRateHz), '-ac', '1'];
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-y', '-filter_threads', '1'],
    ...[...video, '-framerate', String(sampleFramesPerSecond), '-i', 'pipe:0'],
    ...[...audio, '-i', 'pipe:3'],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '24', '-pix_fmt', 'yuv420p', '-threads', '1'],
    ...['-g', String(sampleFramesPerSecond), '-c:a', 'aac', '-b:a', '64k'],
    ...['-fflags', '+bitexact', '-flags', '+bitexact', '-movflags', '+faststart', '-f', 'mp4', path],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(ffmpeg, args, { stdio: ['pipe', 'ignore', 'pipe', 'pipe'], detached: true });
    if (child.pid !== undefined) children.add(child.pid);
    let complaint = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.once('error', (error) =>
      reject(new UserError(`ffmpeg (${ffmpeg}) did not start: ${error.message}.`)),
    );
    child.once('close', (code) => {
      if (child.pid !== undefined) children.remove(child.pid);
      if (code === 0) resolve();
      else reject(encodingError(path, complaint));
    });
    feed(child.stdin!, clip.frames);
    feed(child.stdio[3] as Writable, clip.waveform);
  });
}

/** A broken pipe is not reported itself: ffmpeg's exit gives the reason. */
function feed(pipe: Writable, values: Uint8Array | Float32Array): void {
  pipe.on('error', () => undefined);
  pipe.end(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
}

function encodingError(path: string, complaint: string): UserError {
  if (/No space left/i.test(complaint)) {
    return new UserError(
      `The disk is full at ${path}; free some space and repeat the command, it continues where it stopped.`,
    );
  }
  const lines = complaint.trim().split('\n');
  return new UserError(`ffmpeg could not write ${path}: ${lines[lines.length - 1] || 'it was stopped'}.`);
}
