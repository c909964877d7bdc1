'use strict';

const { errorOutput } = require('./errorOutput.cjs');
const { Interruption } = require('./failures.cjs');
const { Memory } = require('./memory.cjs');
const { Reruns } = require('./reruns.cjs');

/** Maximum number of cells kept for stack traces and history requests. */
const mostKept = 2000;
const notRun = 'Interrupted: the cells queued after this one were not run.\n';

/**
 * Runs the cells that front ends request, in order. If a cell fails, the requests that were sent before anybody could
 * know are aborted.
 */
class Cells {
  executionCount = 0;
  /** The request that is running. */
  running = null;
  memory;
  reruns = new Reruns();
  #queue = [];
  /**
   * Whether objects that cells no longer reference are being freed, and whether cells have replaced objects since this
   * last happened.
   */
  #settling = false;
  #replaced = false;
  #sources = new Map();
  #interrupted = false;
  #parts;

  /**
   * @param parts `evaluator`; `outlet`; `bundleOf(value)`, the MIME bundle of a value;
   * `undisturbed(work)`, runs what an interrupt must not end half-way; `publish(request, type, content)`;
   * `reply(request, content)`; `drained()`, resolves when no request is in transit;
   * `observers`, notified of each cell's `queued`, `begin`, `ran` (its code has ended, the outcome is not published
   * yet) and `end`, which is awaited
   */
  constructor(parts) {
    this.#parts = parts;
    this.memory = new Memory(parts.undisturbed);
  }

  /** Queues a request. */
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

  /** What a failed cell replaced is freed after the next cell: a user who corrects the cell should not have to wait. */
  async #settle() {
    this.#settling = true;
    await this.memory.settle(this.#replaced);
    this.#settling = this.#replaced = false;
  }

  /**
   * A cell that listens for signals ends by itself; otherwise, or at a second interrupt, it is abandoned. Between two
   * cells, while memory is freed, the waiting cells are not run.
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

  /** Source of a cell by its number. */
  sourceOf(number) {
    return this.#sources.get(number);
  }

  /** The cells run so far, as `[number, source]`. */
  get history() {
    return [...this.#sources];
  }

  /**
   * @returns `failed`: whether the cell failed in a way that keeps the queued cells from being run; `replaced`: whether
   * it replaced earlier objects
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
    this.#tell('ran', request);
    const failed = stops && ('error' in outcome || this.#interrupted);
    // Cells that were requested during this computation may still be in transit.
    if (failed) await this.#parts.drained();
    const content = this.#tellOutcome(request, outcome, number, silent);
    outlet.flush();
    for (const observer of this.#parts.observers) await observer.end?.(request, content);
    // Whoever requests a cell after the reply knows of the failure.
    const waiting = failed ? this.#queue.splice(0) : [];
    reply(request, content);
    publish(request, 'status', { execution_state: 'idle' });
    for (const other of waiting) this.#abort(other);
    this.running = null;
    return { failed, replaced: closed || outcome.replaced };
  }

  /**
   * Publishes the value or the error; returns the content of the reply. A value that cannot be sent also counts as an
   * error.
   */
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
    // A cell that ended by itself on an interrupt counts as failed, so that the queued cells are not run.
    if (this.#interrupted) {
      if (this.#queue.length > 0) outlet.write('stderr', notRun);
      const { name, message } = new Interruption();
      return { status: 'error', execution_count: number, ename: name, evalue: message, traceback: [] };
    }
    const data = silent ? null : bundleOf(outcome.value);
    if (data !== null) publish(request, 'execute_result', { execution_count: number, data, metadata: {} });
    return { status: 'ok', execution_count: number, payload: [], user_expressions: refused(request) };
  }

  #abort(request) {
    const { publish, reply } = this.#parts;
    // Without a number: the cell was not run.
    const content = { status: 'aborted' };
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

/** Every expression that a front end wants evaluated after the cell is answered, as the protocol asks. */
function refused({ message }) {
  const evalue = 'This kernel evaluates no user expressions; run them as cells.';
  const answer = { status: 'error', ename: 'NotSupported', evalue, traceback: [evalue] };
  return Object.fromEntries(Object.keys(message.content.user_expressions ?? {}).map((key) => [key, answer]));
}

module.exports = { Cells };
