import { spawn } from 'node:child_process';

/** How long a program may take to end by itself, such as a training run to finish its step and write a checkpoint. */
const usualGraceSeconds = 60;

/*
 * A shell that waits at the other end of a pipe. What closes the pipe is the end of this process, whatever ends it, also
 * SIGKILL, of which a process itself does not hear; `released` comes where the program has ended before.
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
 * Sees to it that a program which this process has started does not outlive it. One with a process group of its own
 * (`detached`) ends with all processes of that group, and so do these when it is killed itself.
 */
export function endWithUs(child, { detached = false, graceSeconds = usualGraceSeconds } = {}) {
  if (child.pid === undefined) return;
  const target = String(detached ? -child.pid : child.pid);
  // Detached: Ctrl-C in the terminal does not reach it.
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

/** Ends what a killed program has left in its group. */
function endGroup(leader) {
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // Nothing was left.
  }
}
