import { connect } from 'node:net';
import type { FfmpegCommand, FfmpegEvents, FfmpegProcess } from './ffmpegProcess';
import { MessageReader, messageKind, type EndMessage } from '../messages';

/**
 * Runs ffmpeg as a child of the host that listens on a socket; to the caller it behaves like a child of this
 * process.
 */
export function startHostedFfmpeg(
  socketPath: string,
  command: FfmpegCommand,
  events: FfmpegEvents,
): FfmpegProcess {
  const socket = connect(socketPath);
  let end: EndMessage | null = null;
  const reader = new MessageReader((kind, bytes) => {
    if (kind === messageKind.log) events.onLog(bytes.toString('utf8'));
    else if (kind === messageKind.end) end = JSON.parse(bytes.toString('utf8')) as EndMessage;
    else events.onBytes(kind - messageKind.firstOutput, bytes);
  });
  socket.on('connect', () => socket.write(`${JSON.stringify(command)}\n`));
  socket.on('data', (bytes) => reader.push(bytes));
  // Connection errors are of no use to the user: the host has gone.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (end === null) events.onEnd(null, new Error('The process that starts ffmpeg has ended.'));
    else
      events.onEnd(end.exitCode, end.failure && Object.assign(new Error(end.failure.message), end.failure));
  });
  return {
    pid: undefined,
    // The host kills ffmpeg when the connection closes.
    kill: () => socket.destroy(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}
