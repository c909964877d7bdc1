'use strict';

const childProcess = require('node:child_process');

/*
 * A process started with `stdio: 'inherit'` writes to the server's terminal, and its text never reaches the notebook. Here
 * it writes into pipes, whose text is printed by the cell.
 */

const streams = ['stdin', 'stdout', 'stderr'];

/** Options with pipes in place of inherited output, and the streams that are to be printed. */
function piped(options, usual) {
  const given = options.stdio ?? (options.silent ? 'pipe' : usual);
  const all = typeof given === 'string' ? streams.map(() => given) : [...given];
  const printed = [];
  for (const i of [1, 2]) {
    const isOurs = all[i] === 'inherit' || all[i] === i || all[i] === process[streams[i]];
    if (!isOurs) continue;
    all[i] = 'pipe';
    printed.push(streams[i]);
  }
  // `fork` adds its channel to a name, but not to a list.
  if (usual === 'inherit' && typeof given === 'string') all.push('ipc');
  return { printed, options: printed.length === 0 ? options : { ...options, stdio: all } };
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
      for (const name of printed) child[name]?.on('data', (chunk) => process[name].write(chunk));
      return child;
    };
  childProcess.spawn = asynchronous(spawn, 'pipe');
  childProcess.fork = asynchronous(fork, 'inherit');
  childProcess.spawnSync = function (...given) {
    const { printed, args } = withOptions(given, (options) => piped(options, 'pipe'));
    const result = spawnSync.apply(this, printed.length === 0 ? given : args);
    for (const name of printed) {
      const [text, place] = [result[name], streams.indexOf(name)];
      if (text?.length > 0) process[name].write(text);
      result[name] = null;
      if (result.output) result.output[place] = null;
    }
    return result;
  };
  // Without `stdio` both give back what the process writes to stdout, and print the rest.
  const synchronous = (run) =>
    function (...given) {
      const inherited = withOptions(given, (options) => piped(options, 'pipe')).printed;
      if (inherited.length === 0) return run.apply(this, given);
      const { args } = withOptions(given, (options) => ({ options: { ...options, stdio: undefined } }));
      const print = (text) => inherited.includes('stdout') && text?.length > 0 && process.stdout.write(text);
      try {
        const text = run.apply(this, args);
        print(text);
        return inherited.includes('stdout') ? null : text;
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
