'use strict';

const { join } = require('node:path');
const { Worker } = require('node:worker_threads');
const { isComplete } = require('./language/isComplete.cjs');

/*
 * What an editor asks about a cell: completion, inspection, and whether it is complete. TypeScript's language service
 * answers in a thread of its own, since it holds the event loop for tens of milliseconds a question, and for seconds at
 * the first one, while a cell may be training.
 */

/** The thread holds the types of xkd and TensorFlow: 200 to 300 MB. */
const maxOldGenerationSizeMb = 2048;

/** The thread ends, and its memory is free, when nothing was asked for so long. */
const idleMs = 10 * 60 * 1000;

/**
 * @param {{ folder?: string }} [args] folder from which cells import; default: the working folder
 * @returns the kernel's answers to complete_request, inspect_request and is_complete_request. `declarations` is the text
 * of declarations that earlier cells left; `cursor` counts code points, as Jupyter does.
 */
function createLanguage({ folder = process.cwd() } = {}) {
  /** @type {Worker | null} */
  let worker = null;
  /** Modules that cells have declared with `@module`, by name. */
  const modules = new Map();
  /** Questions that wait for their answers, by number. */
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

  /** A thread that died leaves its questions without an answer; the next question starts another one. */
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
    // An answer that is under way keeps the process, an idle thread does not.
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

    /** Tells of a cell that is a module (`@module` in its comment), so that others can import it. */
    addModule(name, code) {
      modules.set(name, code);
      worker?.postMessage({ kind: 'addModule', question: { name, code } });
    },

    /** Gets ready for the first question, which else takes seconds: reads the types of xkd. Later calls do nothing. */
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
