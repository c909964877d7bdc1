'use strict';

/*
 * The TypeScript kernel: main.cjs CONNECTION_FILE, as in the kernelspec that set-up writes. tslab compiles and runs the
 * cells; sockets, messages, errors and values are handled here.
 */

const fs = require('node:fs');
const { createRequire } = require('node:module');
const { endAbandoned } = require('./abandoned.cjs');
const { printChildren } = require('./childOutput.cjs');
const { Evaluator } = require('./evaluator.cjs');
const { refuseExit } = require('./exit.cjs');
const { Interruption } = require('./failures.cjs');
const { FigurePictures } = require('./figurePictures.cjs');
const { createLanguage } = require('./language.cjs');
const { notebookFile } = require('./notebookFile.cjs');
const { CellPages } = require('./pages.cjs');
const { CellRecord } = require('./record.cjs');
const { Server } = require('./server.cjs');
const { listenForInterrupts, undisturbed } = require('./signals.cjs');
const { tellCells } = require('./stacks.cjs');
const { refuseStdin } = require('./stdin.cjs');
const { Transport } = require('./transport.cjs');
const { bundleOf } = require('./values.cjs');

require('../../lib/tfjs-node/util-functions.js'); // for a tfjs-node that a cell loads itself

/** Methods called one after the other, as those of tensors are, reach deeper than Node's 10 frames. */
Error.stackTraceLimit = 50;

const ofTslab = createRequire(require.resolve('tslab/dist/main.js'));

async function start(connectionFile) {
  const transport = new Transport(JSON.parse(fs.readFileSync(connectionFile, 'utf8')));
  const folder = process.cwd();
  const language = createLanguage({ folder });
  const whole = (work) => undisturbed(work, transport.signals);
  const evaluator = new Evaluator({
    folder,
    say: (text) => process.stderr.write(text),
    onModule: (name, code) => language.addModule(name, code),
    undisturbed: whole,
  });
  tellCells(evaluator.positions);
  const exit = refuseExit((error) => evaluator.abandon(error));
  const end = async () => {
    evaluator.close();
    await transport.close();
    exit(0);
  };
  const server = new Server({ transport, evaluator, language, bundleOf, undisturbed: whole, end });
  // Jupyter's server passes the notebook's path to the kernels of its pages.
  server.addObserver(
    (publish) => new FigurePictures({ publish, waits: process.env.JPY_SESSION_NAME === undefined }),
  );
  const record = new CellRecord();
  const pages = new CellPages(record, server.comms, notebookFile());
  server.addObserver(() => record);
  process.once('exit', () => pages.close());
  // What ends an interrupted loop is no news.
  const say = (error) => error instanceof Interruption || server.say(error);
  process.on('uncaughtException', say);
  process.on('unhandledRejection', say);
  listenForInterrupts(() => server.interrupt(), transport.signals);
  server.outlet.capture();
  printChildren();
  refuseStdin((error) => evaluator.abandon(error));
  const guarded = endAbandoned(() => evaluator.abandonedCell());
  const display = guarded((message, update) => server.display(message, update));
  // For lib/notebook: displays, the channels of widgets, reruns, and memory management.
  globalThis[Symbol.for('xkd.kernel')] = {
    comms: server.comms,
    display,
    clear: guarded((wait) => server.clear(wait)),
    onRerun: (close) => server.onRerun(close),
    watchMemory: (count) => server.watchMemory(count),
  };
  // For cells that import tslab's own `display`.
  ofTslab('./jupyter.js').lastWriteDisplayData = display;
  await transport.ready;
  server.starting();
}

void start(process.argv[2]);
