'use strict';

const { Cells } = require('./cells.cjs');
const { CellText } = require('./cellText.cjs');
const { Comms } = require('./comms.cjs');
const { errorOutput } = require('./errorOutput.cjs');
const { searchHistory } = require('./history.cjs');
const { kernelInfo } = require('./kernelInfo.cjs');
const { Outlet } = require('./outlet.cjs');
const { answer } = require('./wire.cjs');

/**
 * Answers the messages of front ends according to Jupyter's protocol
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html). Execute requests are queued; all others are
 * answered at once, even while a cell runs. The kernel reports busy as long as any request is being processed.
 */
class Server {
  comms = new Comms((type, content, rest) => this.#publish(this.#origin, type, content, rest));
  /** The printed output of cells. */
  outlet = new Outlet((name, text) => this.#cellText.add(name, text));
  #cellText = new CellText({
    print: (name, text) => this.#publish(this.#newestCell, 'stream', { name, text }),
    note: (id, text, update) =>
      this.display({ data: { 'text/plain': text }, transient: { display_id: id } }, update),
  });
  /** Notified of cells and their outputs: `queued`, `begin`, `ran`, `hear`, `end`. */
  #observers = [];
  #transport;
  #language;
  #cells;
  #handlers;
  /** The newest cell, to which printed output belongs. */
  #newestCell = null;
  /** The message on whose behalf comms send: the one being handled, or the newest cell. */
  #origin = null;
  #displays = 0;

  /**
   * @param parts `transport`, `evaluator`, `language` (answers questions about the text of cells), `bundleOf` (the MIME
   * bundle of a value), `undisturbed(work)` (runs what an interrupt must not end half-way) and `end()`,
   * which ends the process
   */
  constructor({ transport, evaluator, language, bundleOf, undisturbed, end }) {
    this.#transport = transport;
    this.#language = language;
    this.#cells = new Cells({
      ...{ evaluator, bundleOf, undisturbed, observers: this.#observers, outlet: this.outlet },
      publish: (request, type, content) => this.#publish(request, type, content),
      reply: (request, content) => this.#reply(request, 'execute_reply', content),
      drained: () => transport.drained(),
    });
    this.#observers.push({
      begin: (request, number) => {
        this.outlet.flush();
        this.outlet.begin();
        this.#cellText.begin(number);
        this.#newestCell = this.#origin = request;
      },
      ran: () => {
        this.outlet.flush();
        this.#cellText.end();
      },
    });
    this.#handlers = this.#makeHandlers(evaluator, end);
    transport.onMessage = (request) => void this.#receive(request);
  }

  /** @param make creates an observer, given `publish(request, type, content)` */
  addObserver(make) {
    this.#observers.push(make((request, type, content) => this.#publish(request, type, content)));
  }

  /** Interrupts the running cell. */
  interrupt() {
    this.#cells.interrupt();
  }

  /**
   * Shows media below the running cell, or the newest one.
   *
   * @param message `data`, a bundle; `metadata`; `transient` with a `display_id`, if it is to be overwritten later
   * @param update whether it overwrites the display with that id
   */
  display({ data, metadata = {}, transient = {} }, update = false) {
    const id = transient.display_id ?? `output-${process.pid}-${this.#displays++}`;
    const content = { data, metadata, transient: { ...transient, display_id: id } };
    this.#publish(this.#newestCell, update ? 'update_display_data' : 'display_data', content);
  }

  /** Clears the output of the running cell; with `wait`, only when the next output arrives. */
  clear(wait = false) {
    this.outlet.flush();
    this.outlet.begin();
    this.#cellText.clear();
    this.#publish(this.#newestCell, 'clear_output', { wait });
  }

  /** Prints an error that is not the outcome of a cell: of code that continues after its cell, or of a message. */
  say(error) {
    this.outlet.write('stderr', `${errorOutput(error, this.#cells).traceback.join('\n')}\n`);
  }

  /** Calls back when the running cell, or the newest one, is run again; returns a function that cancels this. */
  onRerun(close) {
    return this.#cells.reruns.add(close);
  }

  /** Registers a count of objects that are freed with their owners, see {@link Memory}. */
  watchMemory(count) {
    this.#cells.memory.watch(count);
  }

  starting() {
    this.#publish(null, 'status', { execution_state: 'starting' });
  }

  async #receive(request) {
    const type = request.message.header.msg_type;
    if (type === 'execute_request') {
      await this.#cells.add(request);
      return;
    }
    this.#publish(request, 'status', { execution_state: 'busy' });
    try {
      if (type.startsWith('comm_') && type !== 'comm_info_request') this.#handleComm(request);
      else await this.#answer(request, type);
    } finally {
      this.#publish(request, 'status', { execution_state: 'idle' });
      const { running } = this.#cells;
      if (running !== null) this.#publish(running, 'status', { execution_state: 'busy' });
    }
  }

  #handleComm(request) {
    const before = this.#origin;
    this.#origin = request;
    try {
      this.comms.handle(request.message);
    } catch (error) {
      this.say(error);
    } finally {
      if (before !== null) this.#origin = before;
    }
  }

  async #answer(request, type) {
    const handle = this.#handlers[type];
    if (handle === undefined) return;
    let content;
    try {
      content = await handle(request.message.content, request);
    } catch (error) {
      content = { status: 'error', ename: error.name, evalue: error.message, traceback: [] };
      this.say(error);
    }
    if (content !== undefined) this.#reply(request, type.replace(/request$/, 'reply'), content);
  }

  #makeHandlers(evaluator, end) {
    const language = this.#language;
    return {
      kernel_info_request: () => kernelInfo(evaluator.ts.version),
      complete_request: ({ code, cursor_pos: cursor }) =>
        language.complete(evaluator.declarations, code, cursor),
      inspect_request: ({ code, cursor_pos: cursor, detail_level: detail }) =>
        language.inspect(evaluator.declarations, code, cursor, detail),
      is_complete_request: ({ code }) => language.isComplete(code),
      history_request: (content) => searchHistory(this.#cells.history, content),
      comm_info_request: ({ target_name: target }) => {
        // An editor asks when it connects; a program that runs notebooks does not.
        void language.warmUp();
        return this.comms.info(target);
      },
      debug_request: () => ({ success: false, message: 'This kernel has no debugger.' }),
      shutdown_request: ({ restart }, request) => {
        this.#reply(request, 'shutdown_reply', { status: 'ok', restart });
        this.#publish(request, 'shutdown_reply', { status: 'ok', restart });
        setImmediate(end);
      },
    };
  }

  #reply({ socket, message }, type, content) {
    this.outlet.flush();
    this.#transport.send(socket, answer(message, type, content));
  }

  #publish(request, type, content, rest) {
    if (type !== 'stream') this.outlet.flush();
    const message = answer(request?.message ?? null, type, content, rest);
    this.#transport.send('iopub', { ...message, identities: [Buffer.from(type)] });
    if (request !== null) for (const observer of this.#observers) observer.hear?.(request, type, content);
  }
}

module.exports = { Server };
