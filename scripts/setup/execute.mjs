import { spawn } from 'node:child_process';
import { endWithUs } from '../process/guard.mjs';
import { SetupError } from './failure.mjs';
import { root } from './paths.mjs';

const running = new Set();
let stopping = false;

/**
 * Runs a program to its end and returns `{ code, output, signal }`, where output is stdout and stderr together.
 * `onText` receives each piece as it comes. Never throws for a program that fails or is missing (code 127); an
 * interrupted one rejects, so that it cannot be mistaken for a failed one.
 */
export function execute(command, args, { onText, env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    if (stopping) return reject(interrupted());
    let output = '';
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithUs(child);
    running.add(child);
    const take = (piece) => {
      output += piece;
      onText?.(String(piece));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      running.delete(child);
      resolve({ code: 127, output: `${output}${error.message}` });
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      if (stopping || signal === 'SIGINT' || /Operation cancelled by user/.test(output))
        reject(interrupted());
      else resolve({ code: code ?? 128, output: signal ? `${output}\nended by ${signal}` : output, signal });
    });
  });
}

/** Calls `look` twice a second while `work` runs. */
export async function whileRunning(work, look) {
  const timer = setInterval(look, 500);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** Ends the programs that this process still runs, and starts no more. */
export function endRunning() {
  stopping = true;
  for (const child of running) child.kill('SIGTERM');
}

function interrupted() {
  return new SetupError('Interrupted: run the command again.', 'interrupted');
}
