'use strict';

const { createRequire } = require('node:module');
const { parentPort, workerData } = require('node:worker_threads');
const { complete } = require('./completion.cjs');
const { inspect } = require('./inspection.cjs');
const { CellService } = require('./service.cjs');

/* The worker thread in which TypeScript's language service answers, one question after the other. */

const ts = createRequire(require.resolve('tslab/dist/main.js'))('@tslab/typescript-for-tslab');
const service = new CellService(ts, workerData.folder);
for (const [name, code] of workerData.modules) service.addModule(name, code);

const answers = {
  complete: ({ declarations, code, cursor }) => complete(service.cell(declarations, code, cursor)),
  inspect: ({ declarations, code, cursor, detailLevel }) =>
    inspect(service.cell(declarations, code, cursor), detailLevel),
};

parentPort.on('message', ({ id, kind, question }) => {
  if (kind === 'addModule') service.addModule(question.name, question.code);
  else parentPort.postMessage({ id, answer: answerOf(kind, question) });
});

/** TypeScript's service fails on some unfinished code; the person typing then gets no answer and no message. */
function answerOf(kind, question) {
  try {
    return answers[kind](question);
  } catch {
    return null;
  }
}
