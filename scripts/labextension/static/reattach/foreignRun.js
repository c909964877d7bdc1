/**
 * A run of a cell that another page has asked for, or this page before it was loaded anew. The cell's output area takes
 * it for the answer to a request of its own (JupyterLab calls it a future), and shows what is delivered.
 */
export class ForeignRun {
  isDisposed = false;
  /** Set by the output area. */
  onIOPub = () => undefined;
  onReply = () => undefined;
  onStdin = () => undefined;
  #displays = new Set();
  #finish;
  #onDispose;

  /** @param onDispose told when the output area no longer shows the run */
  constructor({ msgId, cellId }, onDispose) {
    const header = { msg_id: msgId, msg_type: 'execute_request' };
    this.msg = { header, parent_header: {}, metadata: { cellId }, content: {}, channel: 'shell' };
    this.cellId = cellId;
    this.msgId = msgId;
    this.done = new Promise((finish) => (this.#finish = finish));
    this.#onDispose = onDispose;
  }

  /** Whether a display of this id stands among the outputs. */
  shows(displayId) {
    return this.#displays.has(displayId);
  }

  /** Shows what the kernel has published. */
  deliver(message) {
    const displayId = message.content.transient?.display_id;
    if (displayId !== undefined && message.header.msg_type === 'display_data') this.#displays.add(displayId);
    this.onIOPub(message);
  }

  /** The same for an output of a record. */
  replay({ output_type: type, ...content }) {
    this.deliver({ header: { msg_type: type }, content, channel: 'iopub' });
  }

  finish() {
    this.#finish();
  }

  dispose() {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.onIOPub = this.onReply = this.onStdin = () => undefined;
    this.#onDispose(this);
  }

  registerMessageHook() {}

  removeMessageHook() {}

  sendInputReply() {}
}
