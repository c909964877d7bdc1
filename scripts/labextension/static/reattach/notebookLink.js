/* global window */
import { DocumentFile, sameOutputs } from './documentFile.js';
import { ForeignRun } from './foreignRun.js';
import { remakeViews, widgetModels } from './widgetModels.js';

/** The channel of `scripts/kernel/pages.cjs`, which says what the messages mean. */
const target = 'xkd.cells';
const outputTypes = [
  'stream',
  'display_data',
  'execute_result',
  'error',
  'clear_output',
  'update_display_data',
];
/** When views of widgets are looked at again behind a connection. */
const lookMs = [3000, 10_000, 30_000];
const endedStatuses = ['restarting', 'autorestarting', 'terminating', 'dead'];

/** Keeps an open notebook in step with the record that its kernel keeps of its cells. */
export class NotebookLink {
  #panel;
  #session;
  #file;
  #comm = null;
  /** The connection to the kernel that has the channel. */
  #kernel = null;
  /** Runs of others, by the message that asked for them. */
  #runs = new Map();
  /** What this page waited for when it was connected. */
  #asked = [];
  /** What came over the connection is dealt with in its order. */
  #queue = Promise.resolve();

  /** @param contents JupyterLab's manager of files */
  constructor(panel, contents) {
    const { context, sessionContext } = panel;
    this.#panel = panel;
    this.#session = sessionContext;
    this.#file = new DocumentFile(
      context,
      contents,
      (cellId) => this.#idOf(this.#cell(cellId)) !== undefined,
    );
    sessionContext.iopubMessage.connect((_, message) => this.#hear(message));
    sessionContext.connectionStatusChanged.connect((_, status) => {
      if (status === 'connected') void this.#connect();
      else this.#comm = null;
    });
    sessionContext.statusChanged.connect((_, status) => {
      if (endedStatuses.includes(status)) this.#forget();
    });
    sessionContext.kernelChanged.connect((_, { newValue }) => {
      // JupyterLab also says so of a kernel that was restarted.
      if (newValue !== this.#kernel) this.#forget();
      void this.#connect();
    });
    context.pathChanged.connect((_, path) => this.#comm?.send({ path }));
    context.saveState.connect((_, state) => {
      if (state === 'completed')
        this.#comm?.send({ saved: this.#idsHere(false), file: this.#file.savedHashes });
    });
    const close = () => this.#close();
    window.addEventListener('pagehide', close);
    panel.disposed.connect(() => {
      window.removeEventListener('pagehide', close);
      close();
    });
    void sessionContext.ready.then(() => this.#connect());
  }

  async #connect() {
    const kernel = this.#session.session?.kernel;
    const connected = () =>
      kernel?.connectionStatus === 'connected' && kernel === this.#session.session?.kernel;
    if (!connected() || this.#comm !== null) return;
    const { language_info: language } = await kernel.info;
    if (language.name !== 'typescript' || !connected() || this.#comm !== null || this.#panel.isDisposed)
      return;
    await this.#panel.context.ready;
    // The kernel tells which pages it knows: another page may have restarted it.
    kernel.registerCommTarget(target, (_, { content }) => {
      if (content.data.known.includes(this.#comm?.commId)) return;
      this.#forget();
      void this.#connect();
    });
    this.#kernel = kernel;
    const comm = (this.#comm = kernel.createComm(target));
    comm.onMsg = ({ content }) => this.#receive(comm, content.data);
    this.#asked = this.#idsHere(true);
    comm.open({ session: kernel.clientId, path: this.#panel.context.localPath, have: this.#asked });
    for (const waitMs of lookMs) setTimeout(() => this.#remakeViews(), waitMs);
  }

  async #remakeViews() {
    if (this.#panel.isDisposed) return;
    const { rendermime, widgets } = this.#panel.content;
    const remake = await remakeViews(rendermime, widgets);
    if (!this.#panel.isDisposed) this.#quietly(remake);
  }

  #receive(comm, data) {
    if (comm !== this.#comm) return;
    // What this page asked for itself comes without this channel: compared before any of it is delayed.
    const missed = data.cells?.filter((cell) => this.#isMissed(cell));
    this.#then(async () => {
      if (data.file) this.#file.outputHashes = data.file;
      if (data.cells) this.#giveUp(data.cells);
      for (const cell of missed ?? []) await this.#attach(cell);
      if (data.queued) await this.#follow(data.queued);
      if (data.begin) await this.#follow(data.begin);
      if (data.end) await this.#follow(data.end);
      if (data.who) comm.send({ here: data.who.filter((msgId) => this.#cellOf(msgId) !== undefined) });
      if (data.save) void this.#file.save().then((refilled) => refilled && this.#reconnect());
      else if (data.saved || data.file?.length > 0) {
        void this.#file.takeUp().then((refilled) => refilled && this.#reconnect());
      }
    });
  }

  #hear(message) {
    if (!outputTypes.includes(message.header.msg_type)) return;
    this.#then(() => {
      const type = message.header.msg_type;
      const displayId = message.content.transient?.display_id;
      this.#quietly(() => {
        for (const run of displayId === undefined ? [] : [...this.#runs.values()]) {
          if (run.shows(displayId)) run.deliver({ ...message, header: { msg_type: 'update_display_data' } });
        }
        if (type !== 'update_display_data') this.#runs.get(message.parent_header.msg_id)?.deliver(message);
      });
    });
  }

  /** Whether a run of the record is not, or not whole, in this page. */
  #isMissed({ cellId, msgId, state, outputs }) {
    const cell = this.#cell(cellId);
    if (cell === undefined) return false;
    const waits = cell.model.executionState === 'running';
    return (
      this.#idOf(cell) !== msgId ||
      waits !== isOpen(state) ||
      !sameOutputs(cell.model.outputs.toJSON(), outputs)
    );
  }

  /** Runs that this kernel does not know will never end: it is another one than that which was asked. */
  #giveUp(known) {
    for (const msgId of this.#asked.splice(0)) {
      const cell = this.#cellOf(msgId);
      if (cell === undefined || known.some((run) => run.msgId === msgId)) continue;
      cell.outputArea.future.dispose();
      cell.model.executionState = 'idle';
    }
  }

  /** Shows a run from its beginning, and what follows. */
  async #attach(cell) {
    await widgetModels(this.#panel.content.rendermime, cell.outputs);
    const widget = this.#cell(cell.cellId);
    if (widget === undefined) return;
    const run = new ForeignRun(cell, ({ msgId }) => this.#runs.delete(msgId));
    this.#quietly(() => {
      widget.model.trusted = true;
      // Takes the place of what was shown, and of an answer that got lost.
      widget.outputArea.future = run;
      this.#runs.set(cell.msgId, run);
      for (const output of cell.outputs) run.replay(output);
      this.#show(widget, run, cell);
    });
  }

  /** A run has come, begins or ends. */
  async #follow(cell) {
    const run = this.#runs.get(cell.msgId);
    if (run !== undefined) this.#quietly(() => this.#show(this.#cell(cell.cellId), run, cell));
    else if (isOpen(cell.state) && this.#cellOf(cell.msgId) === undefined) {
      await this.#attach({ ...cell, outputs: [] });
    }
  }

  #show(widget, run, { state, executionCount }) {
    if (widget === undefined) return;
    widget.model.executionCount = isOpen(state) ? null : executionCount;
    widget.model.executionState = isOpen(state) ? 'running' : 'idle';
    if (!isOpen(state)) run.finish();
  }

  /** What the kernel puts out is kept by the kernel: it does not make the notebook one with unsaved changes. */
  #quietly(change) {
    const { model } = this.#panel.context;
    const { dirty } = model;
    change();
    model.dirty = dirty;
  }

  /** The kernel is another one, or gone: nothing follows. */
  #forget() {
    this.#comm = null;
    for (const run of this.#runs.values()) {
      const model = this.#cell(run.cellId)?.model;
      if (model) model.executionState = 'idle';
    }
    this.#runs.clear();
  }

  #reconnect() {
    this.#close();
    void this.#connect();
  }

  #close() {
    const comm = this.#comm;
    this.#comm = null;
    if (comm !== null && !comm.isDisposed && this.#session.session?.kernel) comm.close();
  }

  /** The message that asked for what a cell shows. */
  #idOf(cell) {
    return cell?.outputArea?.future?.msg.header.msg_id;
  }

  #cell(cellId) {
    return this.#panel.content?.widgets.find(({ model }) => model.type === 'code' && model.id === cellId);
  }

  #cellOf(msgId) {
    return this.#panel.content?.widgets.find((cell) => this.#idOf(cell) === msgId);
  }

  /** Messages that asked for what is shown, of cells that run or of those that do not. */
  #idsHere(running) {
    return this.#panel.content.widgets
      .filter(
        (cell) => this.#idOf(cell) !== undefined && (cell.model.executionState === 'running') === running,
      )
      .map((cell) => this.#idOf(cell));
  }

  #then(work) {
    this.#queue = this.#queue.then(() => (this.#panel.isDisposed ? undefined : work())).catch(console.error);
  }
}

/** Whether more may follow. */
function isOpen(state) {
  return state === 'queued' || state === 'running';
}
