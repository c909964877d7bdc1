import os from 'node:os';
import path from 'node:path';
import { runInForeground } from '../commands/foreground.mjs';
import { root } from '../setup/paths.mjs';
import { Counts, CountsReader } from './counts.mjs';

const test = path.join(root, 'scripts', 'test.mjs');
/** Memory for two trainings, a browser and a compilation at the same time. */
const neededBytes = 10e9;

/** True if this machine has the resources for two parts at once. */
export function canRunBeside() {
  return os.availableParallelism() > 1 && os.freemem() >= neededBytes;
}

/** Runs parts of `npm test` in a separate process. Their output is held back until it is requested. */
export class PartsBeside {
  #kept = [];
  #print = (line) => this.#kept.push(line);

  constructor(parts) {
    const reader = new CountsReader();
    const onLine = (line) => {
      if (!reader.read(line)) this.#print(line);
    };
    const title = `npm test -- --only ${parts.join(',')}`;
    /** Counts of these parts. */
    this.counts = runInForeground(process.execPath, [test, '--only', parts.join(',')], { onLine }).then(
      (code) => reader.counts ?? Counts.one(false, `${title} broke off with exit code ${code}`),
    );
  }

  /** Prints the output so far, and from now on prints it as it comes. */
  show() {
    this.#print = (line) => console.log(line);
    this.#kept.splice(0).forEach(this.#print);
  }
}
