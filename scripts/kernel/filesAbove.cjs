'use strict';

const path = require('node:path');

/** tslab's name for the output folder of its compilations, which is never written. */
const outFolder = 'outDir';
/** A folder in it for files that are not below the notebook's. */
const aboveFolder = 'above the notebook';

/**
 * Lets cells import files that are not below the notebook's folder, such as `../helpers`. tslab configures TypeScript
 * to reject them, and does not accept names of compiled files outside the folder: such files get substitute names.
 */
class FilesAbove {
  #folder;
  /** Paths of compiled files, by their substitute names. */
  #paths = new Map();

  /** @param folder the notebook's folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /** TypeScript as tslab should see it. */
  allow(ts) {
    const { createWatchCompilerHost } = ts;
    return {
      ...ts,
      createWatchCompilerHost: (files, options, ...rest) => {
        const { root: rootDir } = path.parse(this.#folder);
        const host = createWatchCompilerHost(files, { ...options, rootDir }, ...rest);
        let tell;
        Object.defineProperty(host, 'afterProgramCreate', {
          get: () => (program) => tell(this.#renaming(program)),
          set(own) {
            tell = own;
          },
        });
        return host;
      },
    };
  }

  #renaming(program) {
    const { emit } = program;
    program.emit = (file, write, ...rest) =>
      emit(file, (name, ...content) => write(this.#nameForTslab(name), ...content), ...rest);
    return program;
  }

  #nameForTslab(name) {
    const { root } = path.parse(this.#folder);
    const file = path.resolve(root, path.relative(outFolder, name));
    const below = path.relative(this.#folder, file);
    if (!below.startsWith('..')) return path.posix.join(outFolder, below);
    const standIn = path.posix.join(aboveFolder, path.relative(root, file));
    this.#paths.set(path.posix.join(this.#folder, standIn), file);
    return path.posix.join(outFolder, standIn);
  }

  /** Compiled files with their own paths restored. */
  restored(outputs) {
    return outputs?.map((output) => ({ ...output, path: this.#paths.get(output.path) ?? output.path }));
  }
}

module.exports = { FilesAbove };
