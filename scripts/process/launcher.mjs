import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const lookMs = 500;
/** A command that does not react to the signal is killed after this time, together with what it runs. */
const graceMs = 90_000;
const packageManager = /^(npm|npx|pnpm|yarn)\b|\/(npm|npx|pnpm|yarn)(-cli)?(\.c?js)?( |$)/;

/**
 * Ends this command, as SIGTERM does, once the npm (or other runner of package scripts) that started it, directly or
 * through a shell, has ended. A command started in any other way may outlive its parent.
 */
export function endWithLauncher() {
  const parent = process.ppid;
  const chain = runsPackages(parent) ? [parent] : [parent, parentOf(parent)];
  if (!runsPackages(chain.at(-1))) return;
  const isAlone = () => process.ppid !== parent || (chain.length > 1 && parentOf(parent) !== chain[1]);
  const look = setInterval(() => {
    if (!isAlone()) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
  }, lookMs).unref();
}

function runsPackages(pid) {
  return pid > 1 && packageManager.test(commandOf(pid));
}

function parentOf(pid) {
  if (process.platform !== 'linux') return Number(ask(pid, 'ppid='));
  const text = read(`/proc/${pid}/stat`);
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
}

function commandOf(pid) {
  return process.platform === 'linux'
    ? read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
    : ask(pid, 'command=');
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function ask(pid, what) {
  try {
    return execFileSync('ps', ['-o', what, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
