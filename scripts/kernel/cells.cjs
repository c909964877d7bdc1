'use strict';

const { errorOutput } = require('./errorOutput.cjs');
const { Interruption } = require('./failures.cjs');
const { Memory } = require('./memory.cjs');
const { Reruns } = require('./reruns.cjs');

/** So many cells can be named in stack traces and asked for as history. */
const mostKept = 2000;
const notRun = 'Interrupted: the cells queued after this one were not run.\n';

/**
 * Runs the cells that front ends ask for, in order. One that fails takes those with it that were asked for before anybody
 * could know.
 */
class Cells {
  executionCount = 0;
  /** The request that runs. */
  running = null;
  memory = new Memory();
  reruns = new Reruns();
  #queue = [];
  /** Whether what cells have let go of is being freed, and whether they have replaced objects since it last was. */
  #settling = false;
  #replaced = false;
  #sources = new Map();
  #interrupted = false;
  #parts;

  /**
   * @param parts `evaluator`; `outlet`; `bundleOf(value)`, what is shown of a value; `publish(request, type, content)`;
   *   `reply(request, content)`; `drained()`, resolves when no request is on its way; `observers`, told of
   *   each cell's `queued`, `begin` and `end`, the last of which is waited for
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Puts a request in line. */
  async add(request) {
    this.#tell('queued', request);
    this.#queue.push(request);
    if (this.#queue.length > 1 || this.running !== null || this.#settling) return;
    while (this.#queue.length > 0) {
      const { failed, replaced } = await this.#run(this.#queue.shift());
      this.#replaced ||= replaced;
      if (!failed) await this.#settle();
    }
  }

  /** What a failed cell has replaced is freed after the next one: whoever mends it is not to wait. */
  async #settle() {
    this.#settling = true;
    await this.memory.settle(this.#replaced);
    this.#settling = this.#replaced = false;
  }

  /**
   * A cell that listens for signals ends by itself; else, or when asked twice, it is abandoned. Between two cells, while
   * memory is freed, those that wait are not run.
   */
  interrupt() {
    if (this.running === null) {
      for (const waiting of this.#queue.splice(0)) this.#abort(waiting);
      return;
    }
    // The kernel's own listener is one.
    const cellListens = process.listenerCount('SIGINT') > 1;
    if (this.#interrupted || !cellListens) this.#parts.evaluator.abandon(new Interruption());
    this.#interrupted = true;
  }

  /** The source of a cell by its number. */
  sourceOf(number) {
    return this.#sources.get(number);
  }

  /** What was run, as `[number, source]`. */
  get history() {
    return [...this.#sources];
  }

  /**
   * @returns `failed`: whether the cell failed in a way that keeps those behind it from being run; `replaced`: whether it has
   *   replaced what was there before
   */
  async #run(request) {
    const { evaluator, outlet, publish, reply } = this.#parts;
    const {
      code,
      silent = false,
      store_history: asked = true,
      stop_on_error: stops = true,
    } = request.message.content;
    const stored = asked && !silent;
    this.running = request;
    this.#interrupted = false;
    publish(request, 'status', { execution_state: 'busy' });
    if (stored) this.executionCount += 1;
    const number = this.executionCount;
    if (stored) this.#keep(number, code);
    if (!silent) publish(request, 'execute_input', { code, execution_count: number });
    this.#tell('begin', request, number);
    const closed = this.reruns.begin(request);
    // Without an outcome no cell would ever be run again.
    const outcome = await evaluator.run(code, `cell-${number}.ts`).catch((error) => ({ error }));
    outlet.flush();
    const failed = stops && ('error' in outcome || this.#interrupted);
    // Cells that were asked for while this one computed may still be on their way.
    if (failed) await this.#parts.drained();
    const content = this.#tellOutcome(request, outcome, number, silent);
    outlet.flush();
    for (const observer of this.#parts.observers) await observer.end?.(request, content);
    // Whoever asks for a cell after the reply knows of the failure.
    const waiting = failed ? this.#queue.splice(0) : [];
    reply(request, content);
    publish(request, 'status', { execution_state: 'idle' });
    for (const other of waiting) this.#abort(other);
    this.running = null;
    return { failed, replaced: closed || outcome.replaced };
  }

  /** Publishes the value or the error; returns the content of the reply. A value that cannot be sent is an error too. */
  #tellOutcome(request, outcome, number, silent) {
    try {
      return this.#outcomeContent(request, outcome, number, silent);
    } catch (error) {
      return this.#outcomeContent(request, { error }, number, silent);
    }
  }

  #outcomeContent(request, outcome, number, silent) {
    const { outlet, publish, bundleOf } = this.#parts;
    if ('error' in outcome) {
      const error = errorOutput(outcome.error, this, number);
      if (!silent) publish(request, 'error', error);
      return { status: 'error', execution_count: number, ...error };
    }
    // A cell that has ended by itself on an interrupt counts as failed, so that those behind it are not run.
    if (this.#interrupted) {
      if (this.#queue.length > 0) outlet.write('stderr', notRun);
      const { name, message } = new Interruption();
      return { status: 'error', execution_count: number, ename: name, evalue: message, traceback: [] };
    }
    const data = silent ? null : bundleOf(outcome.value);
    if (data !== null) publish(request, 'execute_result', { execution_count: number, data, metadata: {} });
    return { status: 'ok', execution_count: number, payload: [], user_expressions: {} };
  }

  #abort(request) {
    const { publish, reply } = this.#parts;
    const content = { status: 'aborted', execution_count: this.executionCount };
    publish(request, 'status', { execution_state: 'busy' });
    this.#tell('end', request, content);
    reply(request, content);
    publish(request, 'status', { execution_state: 'idle' });
  }

  #keep(number, code) {
    this.#sources.set(number, code);
    if (this.#sources.size > mostKept) this.#sources.delete(this.#sources.keys().next().value);
  }

  #tell(event, ...args) {
    for (const observer of this.#parts.observers) void observer[event]?.(...args);
  }
}

module.exports = { Cells };
