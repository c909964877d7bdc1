'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');
const { createRequire } = require('node:module');
const { awaitsAtTop, forTslab, inputSentence, ipythonSentence, usingSentence } = require('./cellSource.cjs');
const { withNamespaces, withoutUnassigned } = require('./declarations.cjs');
const { CompileError, Interruption, WrongLanguage } = require('./failures.cjs');
const { FilesAbove } = require('./filesAbove.cjs');
const { Positions } = require('./positions.cjs');
const { SharedNames, withSetters } = require('./sharedNames.cjs');

const ofTslab = createRequire(require.resolve('tslab/dist/main.js'));

/** The code that tslab puts before a cell's: all of its names, without values. */
const name = '[\\p{ID_Continue}$\\u200c\\u200d]+';
const emptyNames = new RegExp(`^(?:exports\\.${name} = )+void 0;$`, 'gmu');
const emptyName = new RegExp(`exports\\.(${name}) =`, 'gu');

/** Before Node 24 this uses hooks that end the process when an interrupt terminates a computation (transportWorker.cjs). */
const canFollow = Number(process.versions.node.split('.')[0]) >= 24;

/**
 * Runs cells one after the other with tslab's converter and executor. It adds to them: the value of a cell's last
 * expression and its error as objects, the names that a failed cell assigned, and the line of a cell from which an
 * error comes.
 */
class Evaluator {
  /** The declarations of the names that cells can use. */
  declarations = '';
  positions = new Positions();
  #filesAbove;
  #executor;
  #names = new SharedNames();
  #converters = {};
  #createConverter;
  /** State of the running cell. */
  #cell = null;
  /** State of the cell whose code is running, also behind an `await` and after its end; null where Node cannot tell. */
  #origin = canFollow ? new AsyncLocalStorage() : null;

  /**
   * @param folder where cells find modules and files
   * @param say receives tslab's messages that are neither value nor error
   * @param onModule called with the name and code of each cell that is a module
   * @param undisturbed runs code that an interrupt must not end half-way
   */
  constructor({ folder, say, onModule = () => {}, undisturbed = (work) => work() }) {
    const file = ofTslab.resolve('@tslab/typescript-for-tslab');
    const original = ofTslab(file);
    this.#filesAbove = new FilesAbove(folder);
    require.cache[file].exports = this.ts = this.#filesAbove.allow(this.positions.withMaps(original));
    this.#createConverter = ofTslab('./converter.js').createConverter;
    const evaluator = this;
    const converters = {
      node: {
        ...this.converter,
        convert: (_, source) => undisturbed(() => this.#convert(source)),
        addModule: (name, code, meta) => {
          onModule(name, code);
          return undisturbed(() => this.converter.addModule(name, code, meta));
        },
      },
      get browser() {
        return evaluator.#converterFor({ isJS: false, isBrowser: true });
      },
      close: () => Object.values(this.#converters).forEach((converter) => converter.close()),
    };
    this.#executor = ofTslab('./executor.js').createExecutor(folder, converters, {
      // Values are read from the cell's names.
      log: () => undefined,
      error: (...told) => {
        if (this.#cell.diagnostics !== null) return;
        if (told[0] === '%s%d:%d - %s') say(`${told.slice(1).join(' ')}\n`);
        else this.#cell.thrown = { error: told[0] };
      },
    });
    Object.assign(globalThis.__tslab__, {
      exports: this.#names.object,
      follow: (setters) => this.#names.follow(this.#cell.source, setters),
    });
  }

  /** tslab's converter of cells, also used for questions about their text. */
  get converter() {
    return this.#converterFor({ isJS: false, isBrowser: false });
  }

  #converterFor(options) {
    return (this.#converters[`${options.isBrowser}`] ??= this.#createConverter(options));
  }

  /**
   * Runs a cell.
   *
   * @param name name of the cell in stack traces
   * @returns `{ value }` of its last expression, undefined without one, or `{ error }`; `replaced` is true if names
   * refer to other objects than before
   */
  async run(source, name) {
    const cell = {
      name,
      source,
      valueName: undefined,
      thrown: null,
      diagnostics: null,
      names: [],
      old: new Map(),
      before: this.declarations,
      ...abandonable(),
    };
    this.#cell = cell;
    const outcome = await this.#outcomeOf(cell, source);
    const replaced = [...cell.old].some(
      ([name, value]) => isObject(value) && value !== this.#names.get(name),
    );
    // The kernel must not be what keeps them alive.
    cell.old.clear();
    return { ...outcome, replaced };
  }

  async #outcomeOf(cell, source) {
    const execute = () => this.#executor.execute(source);
    const execution = this.#origin === null ? execute() : this.#origin.run(cell, execute);
    const succeeded = await Promise.race([execution, cell.abandoned]);
    if (succeeded) {
      if (cell.behind !== undefined) this.declarations = cell.behind;
      return { value: unnamed(this.#names.take(cell.valueName), cell.valueName) };
    }
    if (cell.diagnostics !== null) {
      const lines = cell.diagnostics.filter(({ fileName }) => !fileName).map(({ start }) => start.line);
      const messages = cell.diagnostics.map(({ messageText }) => messageText);
      const sentence =
        ipythonSentence(source, lines) ?? usingSentence(source, lines) ?? inputSentence(messages);
      return { error: sentence === null ? new CompileError(cell.diagnostics) : new WrongLanguage(sentence) };
    }
    this.#keepAssigned(cell);
    const error = cell.thrown?.error;
    if (error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return { error: new Interruption() };
    return { error: cell.reason ?? error };
  }

  /** The abandoned cell that the calling code belongs to, or null. */
  abandonedCell() {
    const cell = this.#origin?.getStore();
    return cell?.reason === undefined ? null : cell;
  }

  /**
   * Ends the running cell with an error: its names stay. What it awaits continues, until it prints or shows something
   * (abandoned.cjs).
   */
  abandon(reason) {
    if (this.#cell !== null) {
      this.#cell.reason = reason;
      // tslab's promise never settles if the computation was terminated together with the microtasks that waited for
      // it.
      setImmediate(this.#cell.abandon);
    }
    this.#executor.interrupt();
  }

  close() {
    this.#executor.close();
  }

  #convert(source) {
    const cell = this.#cell;
    const text = forTslab(this.ts, source);
    let converted = this.converter.convert(cell.before, text);
    if (converted.diagnostics.length > 0) {
      // Messages must refer to positions in the user's text.
      if (text !== source) converted = this.converter.convert(cell.before, source);
      cell.diagnostics = converted.diagnostics;
      return converted;
    }
    cell.behind = withNamespaces(this.ts, cell.before, converted.declOutput ?? '');
    if (!converted.output) return converted;
    this.positions.name(cell.name, converted.output);
    cell.valueName = converted.lastExpressionVar;
    // A name keeps the value of an earlier cell until this cell assigns it.
    let output = converted.output.replace(emptyNames, (line) => {
      cell.names.push(...line.matchAll(emptyName));
      return '';
    });
    cell.names = cell.names.map(([, name]) => name).filter((name) => name !== converted.lastExpressionVar);
    const names = this.#names;
    cell.old = new Map(cell.names.filter((name) => names.has(name)).map((name) => [name, names.get(name)]));
    names.declare(cell.names);
    output = `${withSetters(this.ts, output, cell.names)}\n//# sourceURL=${cell.name}`;
    const sideOutputs = this.#filesAbove.restored(converted.sideOutputs);
    return { ...converted, output, sideOutputs, hasToplevelAwait: awaitsAtTop(this.ts, text) };
  }

  #keepAssigned(cell) {
    const names = this.#names;
    const unassigned = new Set(cell.names.filter((name) => !names.has(name)));
    for (const name of unassigned) {
      if (cell.old.has(name)) names.set(name, cell.old.get(name));
      else names.delete(name);
    }
    this.declarations = withoutUnassigned(this.ts, cell.before, cell.behind ?? cell.before, unassigned);
  }
}

/** `abandoned` resolves to false, tslab's value for failure, once `abandon` is called. */
function abandonable() {
  let abandon;
  const abandoned = new Promise((resolve) => (abandon = () => resolve(false)));
  return { abandoned, abandon };
}

/** A function that is a cell's value gets the name of the variable in which tslab keeps it. */
function unnamed(value, name) {
  if (typeof value === 'function' && value.name === name) Object.defineProperty(value, 'name', { value: '' });
  return value;
}

function isObject(value) {
  return Object(value) === value;
}

module.exports = { Evaluator };
