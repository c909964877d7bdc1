'use strict';

const { dirname, join } = require('node:path');

/** Makes a text a module, as tslab does. */
const prefix = 'export {};\n';

/**
 * TypeScript's language service over the files that tslab compiles: the cell, the declarations of earlier cells,
 * modules that are cells, and the files that these import.
 */
class CellService {
  #ts;
  #folder;
  #files = new Map();
  #modules = new Map();
  #service;
  #cellPath;
  #declarationsPath;

  constructor(ts, folder) {
    this.#ts = ts;
    this.#folder = folder;
    this.#cellPath = join(folder, '__cell__.ts');
    this.#declarationsPath = join(folder, '__earlier__.d.ts');
    this.#write(this.#declarationsPath, '');
    this.#write(this.#cellPath, '');
    this.#service = ts.createLanguageService(this.#host(), ts.createDocumentRegistry(true, folder));
  }

  /** Adds or replaces a module that is a cell. */
  addModule(name, code) {
    const path = join(this.#folder, `${name}.ts`);
    this.#modules.set(path, name);
    this.#write(path, code);
  }

  /**
   * A cell with a cursor in it.
   *
   * @param cursor counts code points; positions in the result count UTF-16 units, as in TypeScript
   */
  cell(declarations, code, cursor) {
    this.#write(this.#declarationsPath, declarations);
    this.#write(this.#cellPath, code);
    const program = this.#service.getProgram();
    const source = program.getSourceFile(this.#cellPath);
    // As in tslab: names that the cell does not declare are looked up among those of earlier cells.
    source.parent = program.getSourceFile(this.#declarationsPath);
    return {
      ts: this.#ts,
      service: this.#service,
      path: this.#cellPath,
      source,
      position: prefix.length + toUnits(code, cursor),
      /** Converts a position in the file to one in the cell, in code points. */
      toCursor: (position) => toCodePoints(code, position - prefix.length),
    };
  }

  #write(path, text) {
    const before = this.#files.get(path);
    const content = prefix + text;
    if (before?.content !== content) this.#files.set(path, { content, version: (before?.version ?? 0) + 1 });
  }

  #host() {
    const { sys, ScriptSnapshot } = this.#ts;
    const files = this.#files;
    const read = (path) => files.get(path)?.content ?? sys.readFile(path);
    return {
      getCompilationSettings: () => this.#settings(),
      getScriptFileNames: () => [this.#declarationsPath, this.#cellPath, ...this.#modules.keys()],
      getScriptVersion: (path) => String(files.get(path)?.version ?? versionOf(sys, path)),
      getScriptSnapshot: (path) => {
        const text = read(path);
        return text === undefined ? undefined : ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.#folder,
      getDefaultLibFileName: (options) => this.#ts.getDefaultLibFilePath(options),
      fileExists: (path) => files.has(path) || sys.fileExists(path),
      readFile: read,
      readDirectory: sys.readDirectory,
      directoryExists: sys.directoryExists,
      getDirectories: sys.getDirectories,
      realpath: sys.realpath,
      useCaseSensitiveFileNames: () => true,
    };
  }

  /** The settings with which tslab compiles a cell (`dist/converter.js`), as far as they matter to types. */
  #settings() {
    const { ModuleKind, ModuleResolutionKind, ScriptTarget, JsxEmit, getDefaultTypeRoots, sys } = this.#ts;
    const ownTypes = join(dirname(require.resolve('tslab/package.json')), 'node_modules', '@types');
    return {
      module: ModuleKind.ESNext,
      moduleResolution: ModuleResolutionKind.Node10,
      esModuleInterop: true,
      target: ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts'],
      experimentalDecorators: true,
      resolveJsonModule: true,
      jsx: JsxEmit.React,
      skipLibCheck: true,
      allowJs: true,
      typeRoots: [...(getDefaultTypeRoots(this.#folder, sys) ?? []), ownTypes],
    };
  }
}

/** Declarations of packages do not change during the lifetime of a kernel; the user's own files do. */
function versionOf(sys, path) {
  return path.endsWith('.d.ts') ? 1 : (sys.getModifiedTime(path)?.getTime() ?? 0);
}

/** Number of UTF-16 units before a position in code points. */
function toUnits(text, codePoints) {
  let units = 0;
  for (let i = 0; i < codePoints && units < text.length; i++)
    units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return units;
}

/** Number of code points before a position in UTF-16 units. */
function toCodePoints(text, units) {
  return [...text.slice(0, Math.max(0, units))].length;
}

module.exports = { CellService };
