'use strict';

const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** Text that a page can hold per cell; far more than a cell prints on purpose [MB]. */
const defaultMb = 20;
/** Lines per megabyte that it can hold: browsers draw nothing below about two million lines. */
const linesPerMb = 50_000;
/** Length of the end of a flood that is shown, too [characters]. */
const endLength = 20_000;
/** Maximum size of the file with what is left out [bytes]. */
const mostFileBytes = 1e9;
/** Interval between updates of the line that counts what is left out [ms]. */
const noteMs = 1000;

/**
 * What cells print, up to what a page can hold. Of a cell that prints more, the rest goes to a file; its last lines are
 * shown when the cell ends, and between both a line says how much was left out and where it is.
 */
class CellText {
  #print;
  #note;
  #mb;
  #folder;
  #mostFileBytes;
  #cell;
  /** What may still be shown. */
  #room;
  #leftOut = null;

  /**
   * @param parts `print(name, text)` shows a text of a stream; `note(id, text, update)` shows or overwrites a line;
   * `mb`, `folder` and `mostFileBytes` are for tests
   */
  constructor({ print, note, mb = shownMb(), folder = os.tmpdir(), ...rest }) {
    this.#print = print;
    this.#note = note;
    this.#mb = mb;
    this.#folder = folder;
    this.#mostFileBytes = rest.mostFileBytes ?? mostFileBytes;
    this.begin(0);
  }

  /** A cell begins to run. */
  begin(cell) {
    this.#cell = cell;
    this.#room = { characters: this.#mb * 1e6, lines: this.#mb * linesPerMb };
    if (this.#leftOut?.open) this.#tell(true);
    this.#leftOut?.close();
    this.#leftOut = null;
  }

  /** What was shown of the cell is cleared. */
  clear() {
    this.begin(this.#cell);
  }

  /** A text was printed; returns how much of it is shown [characters]. */
  add(name, text) {
    const shown = this.#leftOut?.open ? 0 : fitting(text, this.#room);
    if (shown > 0) this.#show(name, text.slice(0, shown));
    if (shown < text.length) this.#leaveOut(name, text.slice(shown));
    return shown;
  }

  /** The cell has run: shows the end of what was left out; a little of what is printed later is shown, too. */
  end() {
    const leftOut = this.#leftOut;
    if (!leftOut?.open) return;
    const last = leftOut.end();
    this.#tell(true);
    this.#room = { characters: endLength, lines: endLength };
    for (const { name, text } of last) this.#print(name, text);
  }

  #show(name, text) {
    this.#room.characters -= text.length;
    this.#room.lines -= linesOf(text);
    this.#print(name, text);
  }

  #leaveOut(name, text) {
    const isFirst = this.#leftOut === null;
    this.#leftOut ??= new LeftOut(this.#folder, this.#cell, this.#mostFileBytes);
    this.#leftOut.add(name, text);
    this.#tell(isFirst);
  }

  #tell(now) {
    const leftOut = this.#leftOut;
    const since = performance.now() - leftOut.toldAt;
    if (!now && since < noteMs) return;
    this.#note(leftOut.id, leftOut.sentence(), leftOut.toldAt > -Infinity);
    leftOut.toldAt = performance.now();
  }
}

/** What is left out of a cell's text. */
class LeftOut {
  id = `left-out-${randomBytes(8).toString('hex')}`;
  /** Whether text is being left out now. */
  open = true;
  toldAt = -Infinity;
  #lines = 0;
  #characters = 0;
  #file;
  #descriptor = null;
  #bytes = 0;
  #mostBytes;
  #failure = null;
  #last = [];
  #lastLength = 0;

  constructor(folder, cell, mostBytes) {
    this.#file = path.join(folder, `xkd-cell-${cell}-${randomBytes(4).toString('hex')}.txt`);
    this.#mostBytes = mostBytes;
  }

  add(name, text) {
    this.open = true;
    this.#lines += linesOf(text);
    this.#characters += text.length;
    this.#write(text);
    this.#last.push({ name, text: text.slice(-endLength) });
    this.#lastLength += this.#last.at(-1).text.length;
    while (this.#lastLength - this.#last[0].text.length >= endLength)
      this.#lastLength -= this.#last.shift().text.length;
  }

  /** Ends leaving out; returns the last lines, which are to be shown. */
  end() {
    this.open = false;
    const last = this.#last;
    let tooMany = this.#lastLength - endLength;
    this.#last = [];
    this.#lastLength = 0;
    // Begins with a whole line.
    while (tooMany > 0 && last.length > 0) {
      const [{ text }] = last;
      const newline = text.indexOf('\n', tooMany - 1);
      const cut = newline < 0 ? Math.min(tooMany, text.length) : newline + 1;
      tooMany -= cut;
      if (cut < text.length) last[0].text = text.slice(cut);
      else last.shift();
    }
    for (const { text } of last) {
      this.#lines -= linesOf(text);
      this.#characters -= text.length;
    }
    return last;
  }

  sentence() {
    const lines = Math.max(1, this.#lines).toLocaleString('en');
    const amount = `${lines} line${this.#lines > 1 ? 's' : ''} (${(this.#characters / 1e6).toFixed(1)} MB)`;
    return `[${amount} left out: more than a page can hold. ${this.#whereabouts()}]`;
  }

  close() {
    if (this.#descriptor !== null) fs.closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #whereabouts() {
    if (this.#failure !== null && this.#bytes > 0)
      return `Only the first ${(this.#bytes / 1e6).toFixed(1)} MB of them are in ${this.#file} (${this.#failure}).`;
    if (this.#failure !== null)
      return `${this.#file} could not be written (${this.#failure}): they are lost.`;
    if (this.#bytes >= this.#mostBytes) return `The first ${this.#bytes / 1e9} GB are in ${this.#file}`;
    return `They are in ${this.#file}`;
  }

  #write(text) {
    if (this.#failure !== null || this.#bytes >= this.#mostBytes) return;
    try {
      this.#descriptor ??= fs.openSync(this.#file, 'wx', 0o600);
      const bytes = Buffer.from(text).subarray(0, this.#mostBytes - this.#bytes);
      for (let at = 0; at < bytes.length;) {
        const written = fs.writeSync(this.#descriptor, bytes, at);
        at += written;
        this.#bytes += written;
      }
    } catch (error) {
      this.#failure = error.code ?? error.message;
    }
  }
}

/** How many characters of a text fit into the room; it is cut after a line if it has one. */
function fitting(text, { characters, lines }) {
  let end = Math.min(text.length, characters);
  if (linesOf(text) > lines) {
    end = 0;
    for (let line = 0; line < lines; line++) end = text.indexOf('\n', end) + 1;
    end = Math.min(end, characters);
  }
  return end === text.length ? end : text.lastIndexOf('\n', end - 1) + 1 || end;
}

function linesOf(text) {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** Text that a cell shows before the rest goes to a file [MB]. */
function shownMb() {
  const mb = Number(process.env.XKD_CELL_TEXT_MB);
  return mb > 0 ? mb : defaultMb;
}

module.exports = { CellText, shownMb };
