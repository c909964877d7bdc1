import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { native } from './paths.mjs';
import { readText } from './files.mjs';

const file = path.join(native, 'setup.lock');

/** Does `work` while no other process sets this checkout up: a second one waits for the first. */
export async function alone(work) {
  fs.mkdirSync(native, { recursive: true });
  let told = false;
  while (!take()) {
    const owner = Number(readText(file));
    if (!isAlive(owner)) fs.rmSync(file, { force: true });
    else {
      if (!told)
        console.error(`Another command (process ${owner}) is setting this folder up: waiting for it.`);
      told = true;
      await sleep(500);
    }
  }
  process.on('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function take() {
  // Written apart and linked, so that the file never exists without its owner's number.
  const part = `${file}.${process.pid}`;
  fs.writeFileSync(part, String(process.pid));
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

function release() {
  if (readText(file) === String(process.pid)) fs.rmSync(file, { force: true });
}

function isAlive(owner) {
  if (!owner || owner === process.pid) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
