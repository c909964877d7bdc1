import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { MessageReader } from '../messages';
import {
  decoderMessage,
  type DecoderEvents,
  type DecoderReply,
  type DecoderRequest,
  type DecoderRun,
} from './requests';

/** An idle decoder ends after this time [ms]. */
const idleMs = 20_000;

/** So many looks at a decoder without a sign of life are as long as a decoder may be silent. */
const looks = 8;

/**
 * A decoder that hangs is ended after this time without progress [s]: longer than any packet takes to decode, and than
 * drives usually need to wake up or answer over a network. `XKD_DECODER_SECONDS` sets another one.
 */
function longestSilence(): number {
  return Number(process.env.XKD_DECODER_SECONDS) || 120;
}

/** Processes that decode with libav: as many as there are requests at a time, kept for later ones. */
export class DecoderPool {
  private readonly idle: Decoder[] = [];
  private readonly all = new Set<Decoder>();
  run(request: DecoderRequest, events: DecoderEvents): DecoderRun {
    const decoder = this.idle.pop() ?? this.start();
    decoder.run(request, {
      onBytes: (kind, bytes) => events.onBytes(kind, bytes),
      onReply: (reply) => {
        if (!reply.crash && reply.hungSeconds === undefined) this.idle.push(decoder);
        events.onReply(reply);
      },
    });
    return decoder;
  }

  /** Ends all decoders. */
  close(): void {
    for (const decoder of this.all) decoder.kill();
  }

  private start(): Decoder {
    const decoder = new Decoder({
      onRetire: () => {
        const place = this.idle.indexOf(decoder);
        if (place >= 0) this.idle.splice(place, 1);
      },
      onEnd: () => this.all.delete(decoder),
    });
    this.all.add(decoder);
    return decoder;
  }
}

interface DecoderLife {
  /** It must not be given requests any more. */
  onRetire(): void;
  /** It has ended. */
  onEnd(): void;
}

class Decoder implements DecoderRun {
  private readonly child: ChildProcess;
  private readonly reader: MessageReader;
  private events: DecoderEvents | null = null;
  private idleTimer: NodeJS.Timeout | null = null;
  private watch: NodeJS.Timeout | null = null;
  /** Looks at it since its last sign of life. */
  private silentLooks = 0;
  private silentSeconds = longestSilence();
  private isPaused = false;

  constructor(private readonly life: DecoderLife) {
    // In a session of its own: Ctrl-C in a terminal or a notebook's interrupt reaches only us.
    this.child = spawn(process.execPath, ['--no-warnings', join(__dirname, 'decoderProcess.js')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
      windowsHide: true,
    });
    this.reader = new MessageReader((kind, bytes) => {
      if (kind === decoderMessage.reply) this.reply(JSON.parse(bytes.toString('utf8')) as DecoderReply);
      else this.events?.onBytes(kind, bytes);
    });
    this.child.stdout!.on('data', (bytes: Buffer) => {
      this.silentLooks = 0;
      this.reader.push(bytes);
    });
    this.child.stdin!.on('error', () => undefined);
    this.child.on('error', (error) =>
      this.reply({ failure: error.message, crash: { exitCode: null, signal: null } }),
    );
    this.child.on('close', (exitCode, signal) => {
      if (this.idleTimer) clearTimeout(this.idleTimer);
      life.onRetire();
      life.onEnd();
      const isHung = this.silentLooks >= looks;
      this.reply(isHung ? { hungSeconds: this.silentSeconds } : { crash: { exitCode, signal } });
    });
  }

  run(request: DecoderRequest, events: DecoderEvents): void {
    if (this.idleTimer) clearTimeout(this.idleTimer);
    this.events = events;
    this.silentLooks = 0;
    this.silentSeconds = longestSilence();
    this.watch = setInterval(() => this.look(), (1000 * this.silentSeconds) / looks);
    this.hold(true);
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  pause(): void {
    this.isPaused = true;
    this.child.stdout!.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.silentLooks = 0;
    this.child.stdout!.resume();
  }

  private reply(reply: DecoderReply): void {
    const { events } = this;
    this.events = null;
    if (this.watch) clearInterval(this.watch);
    if (!events) return;
    this.hold(false);
    this.resume();
    this.idleTimer = setTimeout(() => this.retire(), idleMs).unref();
    events.onReply(reply);
  }

  /** Looks are counted, not time: a program that was busy for long has not looked, and what came meanwhile is read first. */
  private look(): void {
    if (this.isPaused || ++this.silentLooks < looks) return;
    this.kill();
  }

  private retire(): void {
    this.life.onRetire();
    this.child.stdin!.end();
  }

  /** Whether the program is kept running by it: only while a request is under way. */
  private hold(isHeld: boolean): void {
    const { stdin, stdout } = this.child;
    for (const handle of [this.child, stdin as unknown as Socket, stdout as unknown as Socket]) {
      if (isHeld) handle.ref();
      else handle.unref();
    }
  }
}
