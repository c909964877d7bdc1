import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const lookMs = 500;
/** After this a command that hears of no signal is ended all the same, and with it what it runs. */
const graceMs = 90_000;
const packageManager = /^(npm|npx|pnpm|yarn)\b|\/(npm|npx|pnpm|yarn)(-cli)?(\.c?js)?( |$)/;

/**
 * Ends this command, as SIGTERM does, once npm (or what else runs scripts of a package) has ended that started it,
 * directly or through a shell. A command that was started in any other way may outlive what started it.
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
