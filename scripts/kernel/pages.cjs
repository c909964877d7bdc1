'use strict';

const { writeOutputs } = require('./notebookFile.cjs');

/** The target of the channel that `scripts/labextension/static/reattach` opens. */
const target = 'xkd.cells';
/**
 * Time for the first page to answer, extra time for others after the first answer, and time without new output after
 * which a finished cell is saved again [ms].
 */
const defaultPatience = { silenceMs: 4000, othersMs: 300, lateMs: 1000 };
/** States of runs that have something to save. */
const ended = ['ok', 'error'];

/**
 * The open pages of the notebook. A page that opens the channel gets what it missed, and is then notified of the cells
 * that begin and end; their outputs reach it as they reach every page.
 *
 * At the end of a cell one page saves: the one that requested the cell if it is still there, otherwise the first that
 * answers. If the requesting page is the only one, it saves whenever JupyterLab does. If there is no page, the kernel
 * writes the outputs into the file, provided there was a page before: otherwise another program is in charge of the
 * file.
 *
 * Messages to pages: `cells` (runs with their outputs), `queued`, `begin`, `end` (a run), `who` (finished runs: answer
 * if you are there), `save` (runs: save them), `saved` (runs: another page saved them), and `file` (hashes of the file
 * before and after each change of nothing but outputs, so that pages need not ask). A channel opened by the kernel
 * lists the known channels of pages: other pages have to open theirs again. Messages from pages: `here` (runs), `saved`
 * (runs) with `file` (hashes before and after), `path`.
 */
class CellPages {
  #record;
  #comms;
  #file;
  /** The server's folder, with a slash; undefined until a page has reported where the notebook is. */
  #root;
  #patience;
  #pages = new Set();
  /** Pages that have not answered yet. */
  #silent = new Set();
  #known = false;
  /** Finished runs for which pages are being asked, with the pages that have answered. */
  #asked = new Map();
  #late = new Set();
  #hashes = [];
  #timers = new Map();

  /**
   * @param record the `CellRecord`
   * @param comms the kernel's `Comms`
   * @param file path of the notebook, or null
   */
  constructor(record, comms, file, patience = defaultPatience) {
    this.#record = record;
    this.#comms = comms;
    this.#file = file;
    this.#patience = patience;
    comms.register(target, (comm, data) => this.#open(comm, data));
    record.on('queued', (run) => this.#tell({ queued: brief(run) }));
    record.on('begin', (run) => this.#tell({ begin: brief(run) }));
    record.on('end', (run) => {
      this.#tell({ end: brief(run) });
      if (ended.includes(run.state)) this.#ask([run]);
    });
    // Pictures of figures arrive after the end, as does output of a cell's timers.
    record.on('late', (run) => {
      this.#late.add(run);
      this.#later('late', patience.lateMs, () => {
        this.#ask([...this.#late]);
        this.#late.clear();
      });
    });
  }

  /** Writes what no page has saved; called at the end of the kernel. */
  close() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#settle([...this.#asked.keys()]);
  }

  #open(comm, { session, path, have = [] } = {}) {
    const page = { comm, session };
    this.#known = true;
    comm.onClose = () => this.#pages.delete(page);
    comm.onMessage = (data) => this.#receive(page, data);
    if (typeof path === 'string') this.#follow(path);
    this.#greet(page, have);
    // If another page restarted the kernel, pages of the previous process do not know that it is gone.
    this.#comms.open(target, { data: { known: [...this.#pages].map((known) => known.comm.id) } }).close();
  }

  /** Sends a page what it missed. */
  #greet(page, have) {
    this.#pages.add(page);
    const runs = this.#record.runs();
    const missed = runs.filter((run) => have.includes(run.msgId) || (!run.saved && run.state !== 'aborted'));
    page.comm.send({ cells: this.#record.cells(missed), file: this.#hashes });
    this.#ask(missed.filter((run) => ended.includes(run.state) && !run.saved));
  }

  #receive(page, { here, saved, file, path }) {
    // The page was considered closed, and may have missed something.
    if (!this.#pages.has(page)) this.#greet(page, []);
    if (Array.isArray(here)) this.#answer(page, here);
    if (Array.isArray(saved)) this.#saved(page, saved, file);
    if (typeof path === 'string') this.#follow(path);
  }

  /** Asks which pages are there to save runs. */
  #ask(runs) {
    if (runs.length === 0) return;
    for (const run of runs) if (!this.#asked.has(run)) this.#asked.set(run, new Set());
    this.#silent = new Set(this.#pages);
    this.#tell({ who: runs.map(({ msgId }) => msgId) });
    // A second, short wait: a step that blocks the kernel for long must not be mistaken for silent pages.
    this.#later('silence', this.#patience.silenceMs, () =>
      this.#later('silence', this.#patience.othersMs, () => {
        // Pages that were closed without notice.
        for (const page of this.#silent) this.#pages.delete(page);
        this.#settle([...this.#asked.keys()]);
      }),
    );
  }

  #answer(page, msgIds) {
    this.#silent.delete(page);
    for (const msgId of msgIds) this.#asked.get(this.#record.run(msgId))?.add(page);
    this.#later('others', this.#patience.othersMs, () =>
      this.#settle([...this.#asked].filter(([, pages]) => pages.size > 0).map(([run]) => run)),
    );
  }

  /** Chooses the page that saves each run; writes the runs that have no page. */
  #settle(runs) {
    const saves = new Map();
    const left = [];
    for (const run of runs) {
      const pages = [...(this.#asked.get(run) ?? [])];
      this.#asked.delete(run);
      if (run.saved || this.#record.run(run.msgId) !== run) continue;
      const owner = pages.find(({ session }) => session === run.session);
      const page = owner ?? pages[0];
      if (page === undefined) left.push(run);
      else if (page !== owner || pages.length > 1) saves.set(page, [...(saves.get(page) ?? []), run.msgId]);
    }
    for (const [page, msgIds] of saves) page.comm.send({ save: msgIds });
    this.#write(left.filter((run) => !run.written));
  }

  #write(runs) {
    if (runs.length === 0 || this.#file === null || !this.#known || this.#pages.size > 0) return;
    try {
      const done = writeOutputs(this.#file, runs);
      if (done === null) return;
      for (const run of done.written) run.written = true;
      this.#outputsWritten([done.before, done.after]);
    } catch {
      // The notebook was moved or removed, or is invalid: the record still has what a page can show.
    }
  }

  #saved(page, msgIds, hashes) {
    for (const msgId of msgIds) {
      const run = this.#record.run(msgId);
      if (ended.includes(run?.state)) run.saved = true;
    }
    this.#outputsWritten(hashes);
    for (const other of this.#pages)
      if (other !== page) other.comm.send({ saved: msgIds, file: this.#hashes });
  }

  /** Records that only outputs changed in the file, with its hashes before and after. */
  #outputsWritten([before, after] = []) {
    if (after === undefined) return;
    if (this.#hashes.at(-1) !== before) this.#hashes = [before];
    this.#hashes.push(after);
  }

  /** A page knows the notebook's path below the server's root; if the notebook is renamed, the file changes. */
  #follow(path) {
    if (this.#file === null) return;
    if (this.#root === undefined) {
      if (!this.#file.endsWith(`/${path}`)) return;
      this.#root = this.#file.slice(0, -path.length);
    }
    this.#file = this.#root + path;
  }

  #tell(message) {
    for (const { comm } of this.#pages) comm.send(message);
  }

  /**
   * Calls a function once, after a while without another call of this name; the timer does not keep the process alive.
   */
  #later(name, ms, then) {
    clearTimeout(this.#timers.get(name));
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      then();
    }, ms);
    this.#timers.set(name, timer.unref());
  }
}

function brief({ cellId, msgId, state, executionCount }) {
  return { cellId, msgId, state, executionCount };
}

module.exports = { CellPages };
