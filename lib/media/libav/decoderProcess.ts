import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { BadMedia } from '../badMedia';
import { encodeMessage } from '../messages';
import type { DecodeReport } from './decodeReport';
import { decoderMessage, type DecodeRequest, type DecoderReply, type DecoderRequest } from './requests';

/*
 * Main program of a decoder. libav runs in its own process, so that a file that crashes it affects only that
 * file. It takes one request at a time, as a line of JSON on standard input, and answers with messages on
 * standard output. It ends when its input closes, which happens however its parent ends.
 */

const lifeMs = 500;

process.on('SIGINT', () => undefined);
createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line) as DecoderRequest;
  send(decoderMessage.reply, Buffer.from(JSON.stringify(replyTo(request))));
});

function replyTo(request: DecoderRequest): DecoderReply {
  let libav;
  try {
    libav = loadLibav();
  } catch (error) {
    return { noLibrary: (error as Error).message };
  }
  try {
    if (request.kind === 'scan')
      return { scanned: libav.scanFile(request.path, { tracks: request.tracks, onPacket: showLife }) };
    return { report: decode(libav.decodeFile, request) };
  } catch (error) {
    return error instanceof BadMedia
      ? { bad: error.reason }
      : { failure: (error as Error).stack ?? String(error) };
  }
}

function decode(
  decodeFile: typeof import('./decodeFile').decodeFile,
  { seconds, ...request }: DecodeRequest,
): DecodeReport | undefined {
  return decodeFile(
    { ...request, seconds: seconds ?? Infinity },
    {
      onPacket: showLife,
      onPicture: (picture) => send(decoderMessage.pictures, picture),
      onSamples: (samples) =>
        send(decoderMessage.samples, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    },
  );
}

/** Loads the library at the first request; if it is missing, the reply says so. */
function loadLibav() {
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { Log } = require('node-av/lib') as typeof import('node-av/lib');
  const { AV_LOG_QUIET } = require('node-av/constants') as typeof import('node-av/constants');
  const { scanFile } = require('./scan') as typeof import('./scan');
  const { decodeFile } = require('./decodeFile') as typeof import('./decodeFile');
  /* eslint-enable @typescript-eslint/no-require-imports */
  Log.setLevel(AV_LOG_QUIET);
  return { scanFile, decodeFile };
}

let lastLifeMs = 0;

/** Signals progress from time to time; a decoder that is silent for too long is considered hung. */
function showLife(): void {
  const now = performance.now();
  if (now - lastLifeMs < lifeMs) return;
  lastLifeMs = now;
  send(decoderMessage.alive, new Uint8Array(0));
}

/**
 * Writes synchronously, waiting for the reader, so that a decoder is never further ahead than the pipe's
 * capacity.
 */
function send(kind: number, bytes: Uint8Array): void {
  for (const part of encodeMessage(kind, bytes)) {
    for (let at = 0; at < part.length;) {
      try {
        at += writeSync(1, part, at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EPIPE') process.exit(0);
        if (code !== 'EAGAIN') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  }
}
