/**
 * The file behind an open notebook, which another page, or the kernel, may write: JupyterLab asks about such changes
 * in a dialog before it saves. Those that hold nothing but what this page shows as well are accepted without.
 */
export class DocumentFile {
  /** Hashes of the file before and after each time that the kernel or a page has changed nothing but outputs in it. */
  outputHashes = [];
  #context;
  #contents;
  #attached;
  #onlyOutputsSince = null;
  #work = Promise.resolve();

  /**
   * @param context JupyterLab's context of the notebook
   * @param contents its manager of files
   * @param attached tells whether the kernel's record stands behind the outputs of a cell, by its id
   */
  constructor(context, contents, attached) {
    this.#context = context;
    this.#contents = contents;
    this.#attached = attached;
  }

  /** Saves the notebook. */
  save() {
    return this.#then(async () => {
      const refilled = await this.#takeUp();
      const { path, model } = this.#context;
      const before = this.#context.contentsModel?.hash;
      this.#onlyOutputsSince = before && (await this.#sameCells(path, model)) ? before : null;
      await this.#context.save().finally(() => (this.#onlyOutputsSince = null));
      return refilled;
    });
  }

  /** Hashes of the file before and after the saving that has just ended, if nothing but outputs was changed. */
  get savedHashes() {
    const after = this.#context.contentsModel?.hash;
    return this.#onlyOutputsSince && after ? [this.#onlyOutputsSince, after] : [];
  }

  /** Takes up changes of the file; tells whether the page was filled anew, which cuts off all runs. */
  takeUp() {
    return this.#then(() => this.#takeUp());
  }

  /** One thing at a time; what fails, such as a dialog that was cancelled, JupyterLab has shown. */
  #then(work) {
    const done = this.#work.then(work).catch(() => false);
    this.#work = done;
    return done;
  }

  async #takeUp() {
    const { path, model } = this.#context;
    const known = this.#context.contentsModel?.hash;
    const now = await this.#contents.get(path, { content: false, hash: true });
    if (!known || !now.hash || now.hash === known) return false;
    const onlyOutputs = this.outputHashes.includes(known) && this.outputHashes.at(-1) === now.hash;
    if (onlyOutputs || (await this.#sameCells(path, model))) {
      // What JupyterLab does behind its own saving; there is no public way.
      this.#context._updateContentsModel(now);
      return false;
    }
    // Changes on both sides: the dialog is right.
    if (model.dirty) return false;
    await this.#context.revert();
    return true;
  }

  async #sameCells(path, model) {
    const { content } = await this.#contents.get(path, { type: 'notebook', content: true });
    const mine = model.toJSON().cells;
    return (
      content.cells.length === mine.length &&
      content.cells.every((cell, i) => this.#comparable(cell) === this.#comparable(mine[i]))
    );
  }

  /** Outputs that the record stands behind are the same in all pages. */
  #comparable({ cell_type: type, id, source, outputs, execution_count: count }) {
    const own = type === 'code' && !this.#attached(id) ? { outputs: withoutLines(outputs), count } : {};
    return sorted({ type, id, source: withoutLines(source), ...own });
  }
}

/** Whether a cell shows what the record has. */
export function sameOutputs(shown, recorded) {
  return (
    shown.length === recorded.length &&
    recorded.every((output, i) => shownPart(output) === shownPart(shown[i]))
  );
}

/** An output without its metadata and the id of its display, which pages drop. */
function shownPart({ output_type: type, name, text, data, ename, evalue }) {
  return sorted(withoutLines({ type, name, text, data, ename, evalue }));
}

/** Texts may stand as lists of lines. */
function withoutLines(value) {
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value.join('');
  if (Array.isArray(value)) return value.map(withoutLines);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutLines(part)]));
}

/** JSON in which the order of keys does not count. */
function sorted(value) {
  return JSON.stringify(value, (_, part) =>
    part === null || typeof part !== 'object' || Array.isArray(part)
      ? part
      : Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
