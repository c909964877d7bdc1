'use strict';

/*
 * The kernel's sockets, in a thread of their own: printed output is sent, and interrupts are received, even while the
 * main thread computes. All messages of a socket are sent in order, one after the other.
 */

const { Session } = require('node:inspector');
const { parentPort, workerData } = require('node:worker_threads');
const zmq = require('zeromq');
const { places } = require('./signals.cjs');
const { answer, readMessage, signedFrames, partsOf } = require('./wire.cjs');

const { connection, pending, signals } = workerData;
const key = connection.key ?? '';

/** Time to wait for a subscriber that reads nothing before it, and only it, loses messages [ms]. */
const patienceMs = 10_000;
/** Interval between attempts to send what a slow subscriber had no room for [ms]. */
const retryMs = 5;
/** Time that requests sent together may take to arrive [ms]. */
const arrivalMs = 20;
/** Time that synchronous code may take to end by itself before a signal breaks it off [ms]. */
const synchronousMs = 300;
/** Time that the main thread may take to process an interrupt before its computation is terminated [ms]. */
const hearingMs = 1000;
/** Time that a cell may take to end after the server that started the kernel has ended [ms]. */
const lastWordsMs = 60_000;
/** Time that the main thread may take to end after a shutdown request [ms]. */
const shutdownMs = 5000;

// The socket option below takes effect at once; the library's warning, shown in the user's notebook, says otherwise.
process.emitWarning = () => undefined;

// With handover, a front end that reconnects under its name replaces its earlier connection.
const sockets = {
  iopub: new zmq.XPublisher({ noDrop: true, linger: 1000 }),
  shell: new zmq.Router({ linger: 1000, handover: true }),
  control: new zmq.Router({ linger: 1000, handover: true }),
  stdin: new zmq.Router({ linger: 0, handover: true }),
  hb: new zmq.Reply({ linger: 0 }),
};

/** Messages that wait, and whether one is being sent, by the socket's name. */
const queues = Object.fromEntries(Object.keys(sockets).map((name) => [name, { waiting: [], busy: false }]));
/** Number of the newest interrupt. */
let interrupts = 0;
/** Timer that makes sure that an interrupt is processed. */
let watch;

function enqueue(name, message) {
  const queue = queues[name];
  queue.waiting.push(message);
  if (!queue.busy) {
    queue.busy = true;
    void drain(name, queue);
  }
}

async function drain(name, queue) {
  while (queue.waiting.length > 0) {
    const batch = queue.waiting;
    queue.waiting = [];
    for (const { identities, parts, buffers, bytes } of batch) {
      try {
        const frames = signedFrames(key, { identities, parts, buffers });
        await (name === 'iopub' ? publish(frames) : sockets[name].send(frames));
      } catch {
        // The peer is gone, or the kernel is closing: there is nobody to notify.
      }
      if (bytes > 0) {
        Atomics.sub(pending, 0, bytes);
        Atomics.notify(pending, 0);
      }
    }
  }
  queue.busy = false;
}

/** Sends to all subscribers. It waits for a slow one; one that has stalled for long loses messages. */
async function publish(frames) {
  const { iopub } = sockets;
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    try {
      await iopub.send(frames);
      break;
    } catch (error) {
      if (error.code !== 'EAGAIN' || iopub.closed) throw error;
      // Without noDrop the socket drops what has no room, for that subscriber only.
      if (waitedMs >= patienceMs) iopub.noDrop = false;
      else await new Promise((resume) => setTimeout(resume, retryMs));
    }
  }
  if (!iopub.noDrop && queues.iopub.waiting.length === 0) iopub.noDrop = true;
}

function send(name, to, type, content) {
  const message = answer(to, type, content);
  if (name === 'iopub') message.identities = [Buffer.from(type)];
  enqueue(name, { identities: message.identities, parts: partsOf(message), buffers: [], bytes: 0 });
}

async function receive(name) {
  for await (const frames of sockets[name]) {
    let message;
    try {
      message = readMessage(key, frames);
    } catch {
      // Not signed with this kernel's key, or not a message: none of our front ends sent it.
      continue;
    }
    const type = message.header.msg_type;
    if (name === 'control' && type === 'interrupt_request') interrupt(message);
    else parentPort.postMessage({ socket: name, message });
    if (type === 'shutdown_request')
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), shutdownMs).unref();
  }
}

/**
 * Interrupts in three ways. A signal breaks off synchronous code of a cell. Otherwise the main thread is notified, in
 * order with the requests, which reaches code that waits. A computation after an `await` that keeps the main thread
 * from processing this is terminated.
 */
function interrupt(message) {
  send('iopub', message, 'status', { execution_state: 'busy' });
  if (Atomics.wait(signals, places.synchronous, 1, synchronousMs) === 'timed-out') breakOff();
  else {
    tellInterrupt();
    watchHearing();
  }
  send('control', message, 'interrupt_reply', { status: 'ok' });
  send('iopub', message, 'status', { execution_state: 'idle' });
}

/** One timer at a time: when it terminates something, that covers all interrupts requested until then. */
function watchHearing() {
  watch ??= setTimeout(endUnlessHeard, hearingMs, interrupts);
}

function tellInterrupt() {
  interrupts += 1;
  parentPort.postMessage({ interrupt: interrupts });
}

/**
 * Never terminates the kernel's own computation. That of a cell that listens would be left half-way; it is terminated only
 * if a further interrupt goes unheard, too. V8 drops the
 * queued microtasks when it terminates one, so the main thread is notified once more.
 */
function endUnlessHeard(number) {
  watch = undefined;
  const heard = Atomics.load(signals, places.heard);
  if (heard >= interrupts) return;
  if (heard >= number || Atomics.load(signals, places.own) > 0) watchHearing();
  else if (Atomics.load(signals, places.synchronous) === 1) breakOff();
  else if (Atomics.load(signals, places.listening) === 0 || interrupts - heard > 1) {
    terminate();
    tellInterrupt();
    watchHearing();
  }
}

/** Returns when the code has ended: a second signal would reach the next cell. */
function breakOff() {
  process.kill(process.pid, 'SIGINT');
  Atomics.wait(signals, places.synchronous, 1, hearingMs);
}

function terminate() {
  const session = new Session();
  try {
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', () => session.disconnect());
  } catch {
    // A debugger holds the main thread, or this Node does not support it: the message has to suffice.
  }
}

async function heartbeat() {
  for await (const frames of sockets.hb) await sockets.hb.send(frames);
}

/** Subscriptions are not needed, but fill a buffer if nobody reads them. */
async function takeSubscriptions() {
  for await (const frames of sockets.iopub) void frames;
}

/** Ends the kernel with the server that started it, however that ended. */
function endWithParent() {
  const parent = process.ppid;
  if (parent === 1) return;
  const parentCheck = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(parentCheck);
    // A training cell writes a checkpoint first.
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastWordsMs).unref();
  }, 1000).unref();
}

async function start() {
  const { transport, ip } = connection;
  const address = (port) => `${transport}://${ip}${transport === 'ipc' ? '-' : ':'}${port}`;
  await Promise.all(
    Object.entries(sockets).map(([name, socket]) => socket.bind(address(connection[`${name}_port`]))),
  );
  for (const loop of [receive('shell'), receive('control'), heartbeat(), takeSubscriptions()]) {
    loop.catch(() => undefined); // the socket was closed
  }
  endWithParent();
  parentPort.postMessage({ ready: true });
}

async function close() {
  const sent = () => Object.values(queues).every(({ busy }) => !busy);
  for (let i = 0; i < 200 && !sent(); i += 1) await new Promise((resume) => setTimeout(resume, 10));
  for (const socket of Object.values(sockets)) socket.close();
  // The thread ends by itself: zeromq aborts the process with a message if its callbacks meet a thread that is being
  // terminated.
  parentPort.close();
}

parentPort.on('message', ({ name, ping, closing, ...message }) => {
  if (ping !== undefined) setTimeout(() => parentPort.postMessage({ pong: ping }), arrivalMs);
  else if (closing) void close();
  else enqueue(name, message);
});

void start();
