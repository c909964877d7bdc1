'use strict';

const { EventEmitter } = require('node:events');
const { CellOutputs } = require('./cellOutputs.cjs');

/**
 * Outputs of the newest run of each cell, kept by the kernel for pages that were not connected. An observer of the
 * server.
 *
 * Events: `queued`, `begin`, `end` and `late` (a change after the end), each with the run.
 */
class CellRecord extends EventEmitter {
  #byMessage = new Map();
  #byCell = new Map();

  /** A request to run a cell has arrived. JupyterLab sends the cell's id; cells without one are not kept. */
  queued({ message: { header, metadata, content } }) {
    const { cellId } = metadata;
    if (typeof cellId !== 'string') return;
    const before = this.#byCell.get(cellId);
    if (before !== undefined) this.#byMessage.delete(before.msgId);
    const run = {
      ...{ msgId: header.msg_id, session: header.session, cellId, code: content.code },
      ...{ state: 'queued', executionCount: null, outputs: new CellOutputs() },
      ...{ saved: false, written: false },
    };
    this.#byMessage.set(run.msgId, run);
    // Moved to the end, as it is the newest.
    this.#byCell.delete(cellId);
    this.#byCell.set(cellId, run);
    this.emit('queued', run);
  }

  /** A cell begins to run. */
  begin(request, executionCount) {
    this.#change('begin', request, { state: 'running', executionCount });
  }

  /** The kernel publishes something, perhaps an output of a cell or a change of one. */
  hear({ message: { header } }, type, content) {
    const run = this.#byMessage.get(header.msg_id);
    const displayId = content.transient?.display_id;
    if (displayId !== undefined) {
      // Cells may update a display of another cell.
      for (const other of this.#byCell.values()) {
        if ((type === 'update_display_data' || other !== run) && other.outputs.update(displayId, content)) {
          this.#touch(other);
        }
      }
    }
    if (run?.outputs.hear(type, content)) this.#touch(run);
  }

  /** A cell has ended; `aborted` means that it never ran. */
  end(request, { status, execution_count: executionCount }) {
    this.#change(
      'end',
      request,
      status === 'aborted' ? { state: status } : { state: status, executionCount },
    );
  }

  /** The known runs, oldest first. */
  runs() {
    return [...this.#byCell.values()];
  }

  /** The same in the form sent to pages. */
  cells(runs = this.runs()) {
    return runs.map(({ cellId, msgId, state, executionCount, outputs }) => ({
      ...{ cellId, msgId, state, executionCount },
      outputs: outputs.list({ displayIds: true }),
    }));
  }

  /** The run of a request, unless the cell has been run again since. */
  run(msgId) {
    return this.#byMessage.get(msgId);
  }

  #change(event, { message: { header } }, values) {
    const run = this.#byMessage.get(header.msg_id);
    if (run === undefined) return;
    Object.assign(run, values);
    run.saved = run.written = false;
    this.emit(event, run);
  }

  /** The file no longer contains everything. */
  #touch(run) {
    run.saved = run.written = false;
    if (run.state === 'ok' || run.state === 'error') this.emit('late', run);
  }
}

module.exports = { CellRecord };
