import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { endWithUs } from '../process/guard.mjs';
import { root } from '../setup/paths.mjs';

/** A terminal and npm both forward a single Ctrl-C; signals within this interval count as one. */
const sameSignalMs = 300;

/** mpiexec and srun talk with a process of a run on several through a socket that it inherits; so must its program. */
function withLauncherSocket(stdio) {
  const descriptor = Number(process.env.PMI_FD);
  if (stdio !== 'inherit' || !Number.isInteger(descriptor) || descriptor < 3) return stdio;
  const between = Array.from({ length: descriptor - 3 }, () => 'ignore');
  return ['inherit', 'inherit', 'inherit', ...between, descriptor];
}

/**
 * Runs a program in our terminal and waits for its end; returns its exit code, or 128 + n after signal n. The program
 * has its own process group, so that Ctrl-C reaches it exactly once, through us; it ends with us, even if we are
 * killed. With `onLine` its output goes there, line by line, instead of to the terminal, and signals reach the whole
 * group, including what npm or a shell runs.
 */
export function runInForeground(command, args, { env, stdio = 'inherit', cwd = process.cwd(), onLine } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: onLine ? ['ignore', 'pipe', 'pipe'] : withLauncherSocket(stdio),
    detached: true,
  });
  // Of a run on several processes, none may outlive the others for long.
  endWithUs(child, { detached: true, ...(process.env.PMI_FD && { graceSeconds: 10 }) });
  if (onLine) for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  const sentAt = new Map();
  const pass = (signal) => {
    const now = performance.now();
    if (now - (sentAt.get(signal) ?? -Infinity) > sameSignalMs) {
      if (onLine && child.exitCode === null) process.kill(-child.pid, signal);
      else child.kill(signal);
    }
    sentAt.set(signal, now);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve) => {
    const finish = (code) => {
      for (const signal of signals) process.off(signal, pass);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`${command} could not be started (${error.message}): run "npm run doctor" in ${root}.`);
      finish(1);
    });
    child.on(onLine ? 'close' : 'exit', (code, signal) =>
      finish(code ?? 128 + (constants.signals[signal] ?? 0)),
    );
  });
}
