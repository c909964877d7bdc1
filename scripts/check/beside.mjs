import os from 'node:os';
import path from 'node:path';
import { runInForeground } from '../commands/foreground.mjs';
import { root } from '../setup/paths.mjs';
import { Counts, CountsReader } from './counts.mjs';

const test = path.join(root, 'scripts', 'test.mjs');
/** Two trainings, a browser and a compilation at the same time. */
const neededBytes = 10e9;

/** Whether this machine has room for two parts at once. */
export function canRunBeside() {
  return os.availableParallelism() > 1 && os.freemem() >= neededBytes;
}

/** Parts of `npm test` in a process of their own. What they print is kept until it is asked for. */
export class PartsBeside {
  #kept = [];
  #print = (line) => this.#kept.push(line);

  constructor(parts) {
    const reader = new CountsReader();
    const onLine = (line) => {
      if (!reader.read(line)) this.#print(line);
    };
    const title = `npm test -- --only ${parts.join(',')}`;
    /** Their counts. */
    this.counts = runInForeground(process.execPath, [test, '--only', parts.join(',')], { onLine }).then(
      (code) => reader.counts ?? Counts.one(false, `${title} broke off with exit code ${code}`),
    );
  }

  /** Prints what came so far, and from now on what comes. */
  show() {
    this.#print = (line) => console.log(line);
    this.#kept.splice(0).forEach(this.#print);
  }
}
