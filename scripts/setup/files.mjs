import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Reads a text file, or undefined where there is none. */
export function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Reads a JSON file, or undefined where there is none or it is damaged. */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes a file whole or not at all. */
export function writeFileWhole(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.${randomUUID()}.part`;
  fs.writeFileSync(part, content);
  fs.renameSync(part, file);
}

/** Copies a file whole or not at all. */
export function copyFileWhole(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const part = `${to}.${randomUUID()}.part`;
  fs.copyFileSync(from, part);
  fs.renameSync(part, to);
}

/** A short fingerprint of texts and of the contents of files (`{ file }`); missing files count as such. */
export function fingerprint(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = typeof part === 'object' ? (readText(part.file) ?? 'missing') : String(part);
    hash.update(`${text.length}:`).update(text);
  }
  return hash.digest('hex').slice(0, 24);
}

/** Size of all files below a folder, in bytes; what vanishes meanwhile counts as nothing. */
export function folderBytes(folder) {
  let bytes = 0;
  try {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const inside = path.join(folder, entry.name);
      bytes += entry.isDirectory() ? folderBytes(inside) : fs.statSync(inside).size;
    }
  } catch {
    // The folder is being written by another process: the next look sees more.
  }
  return bytes;
}
