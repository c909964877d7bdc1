import { connect } from 'node:net';
import { decoderEnded } from '../../machineLimit';
import { BadMedia, hangs } from '../badMedia';
import { ProcessStopped } from '../ffmpeg/ffmpeg';
import { MessageReader } from '../messages';
import { DecoderPool } from './decoderPool';
import {
  decoderMessage,
  type DecoderEvents,
  type DecoderReply,
  type DecoderRequest,
  type DecoderRun,
} from './requests';

export interface RunDecoderArgs {
  readonly onPictures?: (bytes: Buffer) => void;
  /** Called with float32 samples. */
  readonly onSamples?: (bytes: Buffer) => void;
  /** Socket of the host whose decoders are used; default: decoders of this process. */
  readonly host?: string;
  readonly signal?: AbortSignal;
}

/** Thrown if libav cannot be loaded on this machine. */
export class NoLibav extends Error {
  override readonly name = 'NoLibav';
}

/**
 * Has a decoder process a request and passes on what it sends.
 *
 * @throws BadMedia if the file cannot be used or crashes the decoder; NoLibav; UserError if the decoder was ended from
 * outside; ProcessStopped if the signal was aborted; whatever a receiver threw
 */
export async function runDecoder(request: DecoderRequest, args: RunDecoderArgs = {}): Promise<DecoderReply> {
  const { onPictures, onSamples, host, signal } = args;
  if (signal?.aborted) throw new ProcessStopped('Decoding was not started.');
  const thrown: unknown[] = [];
  let run: DecoderRun | undefined;
  const stop = (reason: unknown): void => {
    thrown.push(reason);
    run?.kill();
  };
  const onAbort = (): void => stop(new ProcessStopped('Decoding was stopped.'));
  signal?.addEventListener('abort', onAbort);
  const reply = await new Promise<DecoderReply>((done) => {
    const events: DecoderEvents = {
      onBytes: (kind, bytes) => {
        if (thrown.length > 0) return;
        try {
          if (kind === decoderMessage.pictures) onPictures?.(bytes);
          else onSamples?.(bytes);
        } catch (error) {
          stop(error);
        }
      },
      onReply: done,
    };
    run =
      host === undefined
        ? (own ??= new DecoderPool()).run(request, events)
        : runHosted(host, request, events);
  });
  signal?.removeEventListener('abort', onAbort);
  if (thrown.length > 0) throw thrown[0];
  if (reply.bad !== undefined) throw new BadMedia(request.path, reply.bad);
  if (reply.noLibrary !== undefined) throw new NoLibav(reply.noLibrary);
  if (reply.hungSeconds !== undefined) throw hangs(request.path, reply.hungSeconds);
  if (reply.crash) throw crashOf(request.path, reply);
  if (reply.failure !== undefined) throw new Error(`Decoding ${request.path} failed: ${reply.failure}`);
  return reply;
}

let own: DecoderPool | undefined;

/** Signals that end a process because of its own fault. */
const faults = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS'];

function crashOf(path: string, { crash, failure }: DecoderReply): Error {
  const { signal, exitCode } = crash!;
  // Killed from outside (by the system for lack of memory, or by this program), so it is not the file's
  // fault.
  if (signal !== null && !faults.includes(signal)) return decoderEnded(signal);
  if (failure !== undefined) return new Error(`The decoder could not be started: ${failure}`);
  return new BadMedia(path, `makes the decoder crash (${signal ?? `exit code ${exitCode}`})`);
}

/** Like running a local decoder, but with a decoder of a host. */
function runHosted(socketPath: string, request: DecoderRequest, events: DecoderEvents): DecoderRun {
  const socket = connect(socketPath);
  let reply: DecoderReply | null = null;
  const reader = new MessageReader((kind, bytes) => {
    if (kind === decoderMessage.reply) reply = JSON.parse(bytes.toString('utf8')) as DecoderReply;
    else events.onBytes(kind, bytes);
  });
  socket.on('connect', () => socket.write(`${JSON.stringify({ decoder: request })}\n`));
  socket.on('data', (bytes) => reader.push(bytes));
  // Connection errors are of no use to the user: the host has gone.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => events.onReply(reply ?? { crash: { exitCode: null, signal: 'SIGKILL' } }));
  return {
    // The host ends the decoder when the connection closes.
    kill: () => socket.destroy(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}
