import { spawn } from 'node:child_process';

/**
 * Time that a program may take to end by itself, for example for a training run to finish its step and write a
 * checkpoint [s].
 */
const usualGraceSeconds = 60;

/*
 * A shell that waits at the other end of a pipe. The pipe closes when this process ends for any reason, including
 * SIGKILL, which a process cannot handle itself; `released` is sent if the program has ended before.
 */
const shell = `
read -r word
[ "$word" = released ] && exit
kill -s TERM -- "$1" || exit
tries=0
while kill -s 0 -- "$1" && [ $tries -lt "$2" ]; do
  sleep 0.2
  tries=$((tries + 1))
done
kill -s KILL -- "$1"
`;

/**
 * Makes sure that a program started by this process does not outlive it. A program with its own process group
 * (`detached`) is ended with all processes of the group; these are also ended if the program itself is killed.
 */
export function endWithUs(child, { detached = false, graceSeconds = usualGraceSeconds } = {}) {
  if (child.pid === undefined) return;
  const target = String(detached ? -child.pid : child.pid);
  // Detached, so that Ctrl-C in the terminal does not reach it.
  const guard = spawn('/bin/sh', ['-c', shell, 'guard', target, String(graceSeconds * 5)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  guard.stdin.unref();
  child.on('exit', (code, signal) => {
    guard.stdin.end('released\n');
    if (detached && signal === 'SIGKILL') endGroup(child.pid);
  });
}

/** Ends what a killed program left in its process group. */
function endGroup(leader) {
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // Nothing was left.
  }
}
