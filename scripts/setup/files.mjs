import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Reads a text file; undefined if there is none. */
export function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Reads a JSON file; undefined if there is none or it is damaged. */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes a file atomically: completely or not at all. */
export function writeFileWhole(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.${randomUUID()}.part`;
  fs.writeFileSync(part, content);
  fs.renameSync(part, file);
}

/** Copies a file atomically: completely or not at all. */
export function copyFileWhole(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const part = `${to}.${randomUUID()}.part`;
  fs.copyFileSync(from, part);
  fs.renameSync(part, to);
}

/** A short hash of texts and of file contents (`{ file }`); a missing file is hashed as missing. */
export function fingerprint(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = typeof part === 'object' ? (readText(part.file) ?? 'missing') : String(part);
    hash.update(`${text.length}:`).update(text);
  }
  return hash.digest('hex').slice(0, 24);
}

/** Total size of all files below a folder [bytes]; files that vanish meanwhile count as 0. */
export function folderBytes(folder) {
  let bytes = 0;
  try {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const inside = path.join(folder, entry.name);
      bytes += entry.isDirectory() ? folderBytes(inside) : fs.statSync(inside).size;
    }
  } catch {
    // Another process is writing the folder: the next look sees more.
  }
  return bytes;
}
