'use strict';

const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { hearInterrupt, sharedIntegers } = require('./signals.cjs');
const { partsOf } = require('./wire.cjs');

/**
 * Maximum amount of data waiting to be sent [bytes]; a sender beyond it blocks until half of it is sent, as with a full
 * pipe.
 */
const limitBytes = 64 * 1024 * 1024;

/** The main thread's end of the thread that holds the sockets. */
class Transport {
  /** Called with `{ socket, message }` of each request. */
  onMessage = () => undefined;
  /** State of the main thread, shared with the socket thread (`places` in signals.cjs). */
  signals = sharedIntegers();
  #worker;
  #pending = new Int32Array(new SharedArrayBuffer(4));
  #pongs = new Map();
  #pings = 0;
  #tellReady;

  /** @param connection content of the connection file */
  constructor(connection) {
    this.#worker = new Worker(path.join(__dirname, 'transportWorker.cjs'), {
      workerData: { connection, pending: this.#pending, signals: this.signals },
      // Without the options of the kernel's own process: its large heap is for training.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 32 },
    });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.once('error', reject);
      this.#tellReady = resolve;
    });
    this.closed = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.on('message', (told) => this.#hear(told));
  }

  #hear(told) {
    if (told.message !== undefined) this.onMessage(restored(told));
    else if (told.interrupt !== undefined) hearInterrupt(told.interrupt, this.signals);
    else if (told.pong !== undefined) {
      this.#pongs.get(told.pong)();
      this.#pongs.delete(told.pong);
    } else if (told.ready) this.#tellReady();
  }

  /** Queues a message for a socket; messages of one socket keep their order. */
  send(name, message) {
    const parts = partsOf(message);
    const { identities = [], buffers = [] } = message;
    const bytes =
      parts.reduce((sum, part) => sum + part.length, 0) +
      buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#worker.postMessage({ name, identities, parts, buffers, bytes });
    if (Atomics.add(this.#pending, 0, bytes) + bytes > limitBytes) this.#waitForRoom();
  }

  #waitForRoom() {
    for (;;) {
      const waiting = Atomics.load(this.#pending, 0);
      if (waiting <= limitBytes / 2) return;
      Atomics.wait(this.#pending, 0, waiting, 1000);
    }
  }

  /** Resolves when all requests that have reached the sockets so far have been delivered. */
  async drained() {
    const ping = this.#pings++;
    const pong = new Promise((resolve) => this.#pongs.set(ping, resolve));
    this.#worker.postMessage({ ping });
    await pong;
  }

  /** Sends pending messages, closes the sockets and ends their thread. */
  async close() {
    this.#worker.postMessage({ closing: true });
    await this.closed;
  }
}

/** Buffers from another thread arrive as plain byte arrays. */
function restored({ socket, message }) {
  const buffersOf = (list) =>
    list.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return {
    socket,
    message: { ...message, identities: buffersOf(message.identities), buffers: buffersOf(message.buffers) },
  };
}

module.exports = { Transport };
