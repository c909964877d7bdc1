import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endWithLauncher } from '../process/launcher.mjs';
import { makeFolder } from '../process/make-folder.mjs';
import { goToUser } from '../process/user-folder.mjs';
import { writeAssets } from '../notebooks/assets.mjs';
import { CellFailure, executeNotebook, Interrupted } from '../notebooks/execute.mjs';
import { chosenNotebooks, nameOf, readNotebook } from '../notebooks/files.mjs';
import { checkParameters, parametersOf, readParameters } from '../notebooks/parameters.mjs';
import { duration, siteNames, writeIndex, writePage } from '../notebooks/site.mjs';
import { root } from '../setup/paths.mjs';
import { notices, setUp } from '../setup/set-up.mjs';

endWithLauncher();
goToUser();

const usage = `npm run notebooks -- [NOTEBOOK...] [options]

Runs notebooks in order, all of them or those that are named (03, 03_cross, or a file), and writes them with their
outputs and as HTML pages that need no network, with an index.html, into a folder. The notebooks themselves stay as
they are.

  --out DIR              that folder; default runs/site
  --fast                 short: few clips, few steps, figures without meaning (also by XKD_FAST=1)
  -p, --parameter N=V    another value for a parameter of a notebook, in its copy; may be repeated
  --parameters           list the parameters of the notebooks, and run nothing
  --export-only          no run: pages of the notebooks with the outputs that they have
  --no-export            no pages
  --inplace              write outputs into the notebooks themselves, as they are committed; implies --no-export`;

const options = {
  out: { type: 'string', default: join(root, 'runs', 'site') },
  fast: { type: 'boolean', default: process.env.XKD_FAST === '1' },
  parameter: { type: 'string', short: 'p', multiple: true, default: [] },
  parameters: { type: 'boolean', default: false },
  'export-only': { type: 'boolean', default: false },
  'no-export': { type: 'boolean', default: false },
  inplace: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof Interrupted)) {
    if (error.constructor !== Error && !(error instanceof CellFailure)) throw error;
    console.error(error.message);
    process.exit(1);
  }
  console.error('Interrupted; nothing of the running notebook was written.');
  process.exit(130);
}

async function main() {
  const { values, positionals } = asked();
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const files = chosenNotebooks(positionals);
  const known = new Map(files.map((file) => [nameOf(file), parametersOf(readNotebook(file))]));
  if (values.parameters) {
    for (const [name, own] of known) console.log(`${name}: ${[...own.keys()].join(', ') || 'none'}`);
    return 0;
  }
  const parameters = readParameters(values.parameter);
  checkParameters(parameters, known);
  if (!values.inplace) makeFolder(resolve(values.out));
  if (!(await setUp())) return 1;
  for (const notice of notices()) console.error(notice);
  if (values.inplace) await executeAll(files, (file) => file, parameters, values.fast);
  else await makeSite(files, parameters, values);
  return 0;
}

/** The options, checked for consistency. */
function asked() {
  const parsed = parsedWords();
  const { values } = parsed;
  const contradictions = [
    [values['export-only'] && values['no-export'], '--export-only and --no-export leave nothing to do'],
    [
      values.inplace && values['export-only'],
      '--inplace writes what a run gives, and --export-only runs nothing',
    ],
    [values.inplace && values.parameter.length > 0, 'parameters go into copies: leave --inplace out'],
    [values['export-only'] && values.parameter.length > 0, 'parameters need a run: leave --export-only out'],
  ];
  const wrong = contradictions.find(([holds]) => holds);
  if (wrong) throw new Error(`${wrong[1]}.`);
  return parsed;
}

function parsedWords() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (cause) {
    const what = cause.message.split('. ')[0];
    throw new Error(`${what}; "npm run notebooks -- --help" lists the options.`, { cause });
  }
}

async function makeSite(files, parameters, { out, fast, ...values }) {
  const folder = resolve(out);
  const copyOf = (name) => join(folder, `${name}.ipynb`);
  if (!values['export-only']) await executeAll(files, (file) => copyOf(nameOf(file)), parameters, fast);
  if (values['no-export']) return;
  const sources = new Map(
    files.map((file) => [nameOf(file), values['export-only'] ? file : copyOf(nameOf(file))]),
  );
  writeAssets(folder);
  const names = siteNames(folder, [...sources.keys()]);
  for (const [name, file] of sources) writePage(folder, name, readNotebook(file), names);
  const shown = names.map((name) => [name, sources.get(name) ?? shownFile(copyOf(name), name)]);
  console.log(relative(process.cwd(), writeIndex(folder, shown)));
}

/** The notebook from which an earlier page was generated: its copy in the folder, or the course's. */
function shownFile(copy, name) {
  return existsSync(copy) ? copy : chosenNotebooks([name])[0];
}

async function executeAll(files, outOf, parameters, fast) {
  for (const file of files) {
    const name = nameOf(file);
    const onCell = (cell, cells) => progress(`${name}: cell ${cell} of ${cells}`);
    const seconds = await executeNotebook(file, outOf(file), { parameters, fast, onCell }).finally(() =>
      progress(''),
    );
    console.log(`${name}: ${duration(seconds)}`);
  }
}

/** A line that the next one overwrites; on a terminal only. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
