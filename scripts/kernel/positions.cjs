'use strict';

const { SourceMap } = require('node:module');

/** tslab adds a line before a cell's first. */
const linesAbove = 1;
const inlineMap = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
const mapReference = /\n?\/\/# sourceMappingURL=\S+\s*$/;

/**
 * Tracks the source position of each piece of a cell's JavaScript. tslab compiles a cell in two steps, to JavaScript
 * with imports and from there to CommonJS, and does not request source maps from TypeScript.
 */
class Positions {
  #latest = new Map();
  #cells = new Map();

  /** TypeScript as tslab should see it: the same, with source maps. */
  withMaps(ts) {
    const { createWatchCompilerHost, transpileModule } = ts;
    return {
      ...ts,
      createWatchCompilerHost: (files, options, ...rest) =>
        createWatchCompilerHost(files, { ...options, inlineSourceMap: true }, ...rest),
      transpileModule: (input, options) => {
        const first = inlineMap.exec(input)?.[1];
        const compilerOptions = { ...options.compilerOptions, sourceMap: true };
        const { outputText, sourceMapText, ...rest } = transpileModule(input.replace(inlineMap, '\n'), {
          ...options,
          compilerOptions,
        });
        const output = outputText.replace(mapReference, '\n');
        if (first !== undefined) this.#latest.set(output, { first, second: sourceMapText });
        return { outputText: output, ...rest };
      },
    };
  }

  /** Records the name under which the output of the newest compilation is run. */
  name(cell, output) {
    const maps = this.#latest.get(output);
    this.#latest.clear();
    if (maps !== undefined) this.#cells.set(cell, maps);
  }

  /** True if a cell has that name. */
  has(cell) {
    return this.#cells.has(cell);
  }

  /**
   * Converts line and column in the JavaScript of a cell to those in the cell, counted from 1; null in tslab's own
   * code.
   */
  find(cell, line, column) {
    const maps = this.#cells.get(cell);
    if (maps === undefined) return null;
    // Source maps are parsed only when an error needs them, which is rare.
    maps.read ??= [Buffer.from(maps.first, 'base64').toString(), maps.second].map(
      (map) => new SourceMap(JSON.parse(map)),
    );
    const [first, second] = maps.read;
    const between = second.findEntry(line - 1, column - 1);
    if (between.originalLine === undefined) return null;
    const entry = first.findEntry(between.originalLine, between.originalColumn);
    if (entry.originalLine === undefined || entry.originalLine < linesAbove) return null;
    return { line: entry.originalLine - linesAbove + 1, column: entry.originalColumn + 1 };
  }
}

module.exports = { Positions };
