import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { native } from './paths.mjs';
import { readText } from './files.mjs';

const file = path.join(native, 'setup.lock');
/** Interval at which a holder shows that it is alive, by rewriting its token. */
const beatMs = 2000;

/**
 * Runs `work` while no other process sets this checkout up: a second one waits for the first. Holders are distinguished
 * by random tokens, and a killed holder is recognised by its silence: process ids are meaningless outside a container,
 * and a container may share this folder.
 */
export async function alone(work, { silentMs = 30_000 } = {}) {
  fs.mkdirSync(native, { recursive: true });
  const token = randomUUID();
  let told = false;
  while (!take(token)) {
    if (!told && !isSilent(silentMs))
      console.error('Another command is setting this folder up, or was killed just now: waiting for it.');
    told = true;
    await untilGone(silentMs);
  }
  const held = fs.openSync(file, 'r+');
  const beat = setInterval(() => fs.writeSync(held, token, 0), beatMs).unref();
  const release = () => {
    clearInterval(beat);
    removeLock(token);
  };
  process.on('exit', release);
  try {
    return await work();
  } finally {
    release();
    fs.closeSync(held);
    process.off('exit', release);
  }
}

/** Waits until the lock is released, and removes one whose holder is silent. */
async function untilGone(silentMs) {
  const holder = readText(file);
  if (holder === undefined) return;
  const startMs = performance.now();
  const before = modifiedMs();
  while (!isSilent(silentMs) && performance.now() - startMs < silentMs) {
    await sleep(Math.min(500, silentMs / 4));
    if (readText(file) !== holder || modifiedMs() !== before) return;
  }
  removeLock(holder);
}

/** True if the lock is older than a living holder would let it become. */
function isSilent(silentMs) {
  const now = `${file}.${randomUUID()}`;
  fs.writeFileSync(now, '');
  const age = fs.statSync(now).mtimeMs - modifiedMs();
  fs.rmSync(now);
  return age > silentMs;
}

function take(token) {
  // Written separately and linked, so that the file never exists without its holder's token.
  const part = `${file}.${token}`;
  fs.writeFileSync(part, token);
  try {
    fs.linkSync(part, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(part, { force: true });
  }
}

/** Removes only the lock of this holder, even if another process is doing the same. */
function removeLock(holder) {
  if (readText(file) !== holder) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    fs.renameSync(file, aside);
    if (readText(aside) !== holder) fs.linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

function modifiedMs() {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
