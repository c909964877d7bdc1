import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { startFfmpeg, type FfmpegCommand, type FfmpegProcess } from './ffmpegProcess';
import { DecoderPool } from '../libav/decoderPool';
import { decoderMessage, type DecoderRequest, type DecoderRun } from '../libav/requests';
import { encodeMessage, messageKind, type EndMessage } from '../messages';

/*
 * Main program of a host. It listens on the socket named by its only argument. For each connection it starts
 * an ffmpeg or assigns a decoder, and forwards the output. It ends, with all these processes, when its
 * standard input closes, which happens however its parent ends.
 */

const socketPath = process.argv[2];
const running = new Set<FfmpegProcess>();
const decoders = new DecoderPool();

const server = createServer((socket) => {
  let request = '';
  const read = (bytes: Buffer): void => {
    request += bytes.toString('utf8');
    if (!request.endsWith('\n')) return;
    socket.off('data', read);
    const asked = JSON.parse(request) as FfmpegCommand | { readonly decoder: DecoderRequest };
    if ('decoder' in asked) decode(socket, asked.decoder);
    else serve(socket, asked);
  };
  socket.on('data', read);
  socket.on('error', () => socket.destroy());
});
server.listen(socketPath, () => process.stdout.write('ready\n'));

process.on('SIGINT', () => undefined);
process.stdin.on('close', end).resume();

function serve(socket: Socket, command: FfmpegCommand): void {
  const send = (kind: number, bytes: Uint8Array): void => {
    if (socket.destroyed) return;
    let room = true;
    for (const part of encodeMessage(kind, bytes)) room = socket.write(part);
    if (!room) child.pause();
  };
  const child = startFfmpeg(command, {
    onBytes: (output, bytes) => send(messageKind.firstOutput + output, bytes),
    onLog: (text) => send(messageKind.log, Buffer.from(text)),
    onEnd: (exitCode, failure) => {
      running.delete(child);
      const message: EndMessage = {
        exitCode,
        failure: failure && { message: failure.message, code: (failure as NodeJS.ErrnoException).code },
      };
      send(messageKind.end, Buffer.from(JSON.stringify(message)));
      socket.end();
    },
  });
  running.add(child);
  socket.on('drain', () => child.resume());
  socket.on('close', () => child.kill());
}

function decode(socket: Socket, request: DecoderRequest): void {
  let run: DecoderRun | null = null;
  const send = (kind: number, bytes: Uint8Array): void => {
    if (socket.destroyed) return;
    let room = true;
    for (const part of encodeMessage(kind, bytes)) room = socket.write(part);
    if (!room) run?.pause();
  };
  run = decoders.run(request, {
    onBytes: send,
    onReply: (reply) => {
      run = null;
      send(decoderMessage.reply, Buffer.from(JSON.stringify(reply)));
      socket.end();
    },
  });
  socket.on('drain', () => run?.resume());
  socket.on('close', () => run?.kill());
}

function end(): void {
  for (const child of running) child.kill();
  decoders.close();
  rmSync(dirname(socketPath), { recursive: true, force: true });
  process.exit(0);
}
