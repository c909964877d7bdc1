'use strict';

const { join } = require('node:path');
const { Worker } = require('node:worker_threads');
const { isComplete } = require('./language/isComplete.cjs');

/*
 * Answers an editor's questions about a cell: completion, inspection, and whether it is complete. TypeScript's language
 * service runs in a worker thread, since it blocks the event loop for tens of milliseconds per question, and for
 * seconds at the first one, while a cell may be training.
 */

/** The worker thread holds the types of xkd and TensorFlow: 200 to 300 MB. */
const maxOldGenerationSizeMb = 2048;

/** The worker thread ends, freeing its memory, after this time without questions. */
const idleMs = 10 * 60 * 1000;

/**
 * @param {{ folder?: string }} [args] folder from which cells import; default: the working folder
 * @returns the kernel's answers to complete_request, inspect_request and is_complete_request. `declarations` is the
 * text of declarations left by earlier cells; `cursor` counts code points, as Jupyter does.
 */
function createLanguage({ folder = process.cwd() } = {}) {
  /** @type {Worker | null} */
  let worker = null;
  /** Modules that cells have declared with `@module`, by name. */
  const modules = new Map();
  /** Questions that wait for answers, by number. */
  const waiting = new Map();
  let asked = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let idle;
  let warm = false;

  function start() {
    const started = new Worker(join(__dirname, 'language', 'worker.cjs'), {
      workerData: { folder, modules: [...modules] },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb },
    });
    started.unref();
    started.on('message', ({ id, answer }) => settle(id, answer));
    started.on('error', () => stop(started));
    started.on('exit', () => stop(started));
    return started;
  }

  /** A worker thread that died leaves its questions unanswered; the next question starts a new one. */
  function stop(ended) {
    if (worker !== ended) return;
    worker = null;
    for (const id of [...waiting.keys()]) settle(id, null);
  }

  function settle(id, answer) {
    const resolve = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) rest();
    resolve?.(answer);
  }

  function rest() {
    worker?.unref();
    idle = setTimeout(() => void close(), idleMs).unref();
  }

  async function close() {
    clearTimeout(idle);
    const ended = worker;
    if (ended === null) return;
    stop(ended);
    await ended.terminate();
  }

  function ask(kind, question) {
    clearTimeout(idle);
    worker ??= start();
    const id = asked++;
    // A pending answer keeps the process alive, an idle worker thread does not.
    worker.ref();
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      worker.postMessage({ id, kind, question });
    });
  }

  return {
    /** The content of a `complete_reply`. */
    async complete(declarations, code, cursor) {
      const answer = await ask('complete', { declarations, code, cursor });
      return answer ?? noCompletion(cursor);
    },

    /** The content of an `inspect_reply`. */
    async inspect(declarations, code, cursor, detailLevel = 0) {
      const answer = await ask('inspect', { declarations, code, cursor, detailLevel });
      return answer ?? { status: 'ok', found: false, data: {}, metadata: {} };
    },

    /** The content of an `is_complete_reply`. */
    isComplete,

    /** Registers a cell that is a module (`@module` in its comment), so that others can import it. */
    addModule(name, code) {
      modules.set(name, code);
      worker?.postMessage({ kind: 'addModule', question: { name, code } });
    },

    /**
     * Prepares for the first question, which otherwise takes seconds: reads the types of xkd. Later calls do nothing.
     */
    async warmUp() {
      if (warm) return;
      warm = true;
      await ask('complete', { declarations: '', code: "import {  } from 'xkd';", cursor: 9 });
    },

    close,
  };
}

function noCompletion(cursor) {
  return { status: 'ok', matches: [], cursor_start: cursor, cursor_end: cursor, metadata: {} };
}

module.exports = { createLanguage };
