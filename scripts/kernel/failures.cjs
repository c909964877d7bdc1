'use strict';

/** A cell that TypeScript rejects; no part of it was run. */
class CompileError extends Error {
  name = 'TypeScriptError';

  /** @param diagnostics of tslab: message, code, and start and end in the cell, counted from 0 */
  constructor(diagnostics) {
    super(diagnostics[0].messageText);
    this.diagnostics = diagnostics;
  }
}

/** A cell that was interrupted before its end. */
class Interruption extends Error {
  name = 'Interrupted';

  constructor() {
    super('The cell was interrupted; what it has assigned so far is kept.');
  }
}

/** A cell with commands of another kernel, or of a later TypeScript; only its one-sentence message is shown. */
class WrongLanguage extends Error {
  name = 'WrongLanguage';
}

module.exports = { CompileError, Interruption, WrongLanguage };
