'use strict';

const childProcess = require('node:child_process');

/*
 * A process started with `stdio: 'inherit'` writes to the server's terminal, and its text never reaches the notebook. Here
 * it writes into pipes, whose text is printed by the cell.
 */

const streams = ['stdin', 'stdout', 'stderr'];

/**
 * Options with pipes in place of inherited output, and what is to be printed: `[stream of the child, our stream]`.
 *
 * @param usual `stdio` where the options have none
 */
function piped(options, usual) {
  const given = options.stdio ?? (options.silent ? 'pipe' : usual);
  const all = typeof given === 'string' ? streams.map(() => given) : [...given];
  const printed = [];
  for (const i of [1, 2]) {
    const inherited =
      all[i] === 'inherit' ? i : [1, 2].find((j) => all[i] === j || all[i] === process[streams[j]]);
    if (inherited === undefined) continue;
    all[i] = 'pipe';
    printed.push([streams[i], streams[inherited]]);
  }
  // `fork` adds its channel to a name, but not to a list.
  if (usual === 'inherit' && typeof given === 'string') all.push('ipc');
  // Inherited output has no limit.
  const change = printed.length === 0 ? {} : { stdio: all, maxBuffer: Infinity };
  return { printed, options: { ...options, ...change } };
}

/** Makes the output of child processes appear below the cell that starts them. */
function printChildren() {
  const { execFileSync, execSync, fork, spawn, spawnSync } = childProcess;
  const withOptions = (args, change) => {
    const at = args.findIndex((arg, i) => i > 0 && isOptions(arg));
    const index = at < 0 ? (Array.isArray(args[1]) ? 2 : 1) : at;
    const { printed, options } = change(at < 0 ? {} : args[at]);
    return { printed, args: [...args.slice(0, index), options, ...args.slice(index + (at < 0 ? 0 : 1))] };
  };
  const asynchronous = (start, usual) =>
    function (...given) {
      const { printed, args } = withOptions(given, (options) => piped(options, usual));
      const child = start.apply(this, printed.length === 0 ? given : args);
      for (const [from, to] of printed) {
        child[from]?.setEncoding('utf8').on('data', (chunk) => process[to].write(chunk));
      }
      return child;
    };
  childProcess.spawn = asynchronous(spawn, 'pipe');
  childProcess.fork = asynchronous(fork, 'inherit');
  childProcess.spawnSync = function (...given) {
    const { printed, args } = withOptions(given, (options) => piped(options, 'pipe'));
    const result = spawnSync.apply(this, printed.length === 0 ? given : args);
    for (const [from, to] of printed) {
      if (result[from]?.length > 0) process[to].write(result[from]);
      result[from] = null;
      if (result.output) result.output[streams.indexOf(from)] = null;
    }
    return result;
  };
  // Both give back what the process writes to stdout. What it writes to stderr they print themselves, without `stdio`.
  const synchronous = (run) =>
    function (...given) {
      let stdio;
      const { printed, args } = withOptions(given, (options) => {
        const changed = piped(options, 'pipe');
        stdio = options.stdio;
        const printsErrors = changed.printed.some(([from]) => from === 'stderr');
        return printsErrors ? { ...changed, options: { ...changed.options, stdio: undefined } } : changed;
      });
      if (printed.length === 0) return run.apply(this, given);
      const to = printed.find(([from]) => from === 'stdout')?.[1];
      const print = (text) => to && text?.length > 0 && process[to].write(text);
      try {
        const text = run.apply(this, args);
        print(text);
        return to || stdio[1] === 'ignore' ? null : text;
      } catch (error) {
        print(error.stdout);
        throw error;
      }
    };
  childProcess.execSync = synchronous(execSync);
  childProcess.execFileSync = synchronous(execFileSync);
}

function isOptions(arg) {
  return typeof arg === 'object' && arg !== null && !Array.isArray(arg);
}

module.exports = { printChildren };
