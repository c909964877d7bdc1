import { canRunBeside, PartsBeside } from '../check/beside.mjs';
import { allChecks, parts, partsBeside, usualParts } from '../check/checks.mjs';
import { Counts } from '../check/counts.mjs';
import { endWithLauncher } from '../process/launcher.mjs';
import { root } from '../setup/paths.mjs';
import { notices, setUp } from '../setup/set-up.mjs';

endWithLauncher();

// npm test: sets up what is missing, then runs every check, continuing after failures, and counts results. If the
// machine has the resources, some checks run in parallel. Developers can name parts, which run one after the other: npm
// test -- --only mocha,lint
if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
  console.log(usage());
  process.exit(0);
}
const asked = askedParts(process.argv.slice(2));
process.chdir(root);
if (!(await setUp({ build: false }))) finish(Counts.one(false, 'Set-up'));
for (const notice of notices()) console.error(notice);

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (interrupted = true));

const total = new Counts();
if (asked !== null) await runParts(asked);
else if (!canRunBeside()) await runParts(usualParts);
else {
  await runParts(['types']);
  const beside = usualParts.filter((part) => partsBeside.includes(part));
  console.log(`\nRunning beside the next parts, and printed behind them: ${beside.join(', ')}`);
  const others = new PartsBeside(beside);
  await runParts(usualParts.filter((part) => part !== 'types' && !beside.includes(part)));
  others.show();
  total.add(await others.counts);
}
if (interrupted) total.add(Counts.one(false, 'Interrupted: not everything was run.'));
finish(total);

async function runParts(wanted) {
  for (const { part, title, run } of allChecks()) {
    if (!wanted.includes(part)) continue;
    if (interrupted) break;
    const startedAt = performance.now();
    console.log(`\n== ${title}`);
    const result = await run();
    const counts = typeof result === 'boolean' ? Counts.one(result, title) : result.within(title);
    total.add(counts);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${counts.failed > 0 ? 'failed' : 'passed'}: ${title}, ${seconds} s`);
  }
}

function finish(counts) {
  for (const line of counts.lines) console.log(line);
  process.exit(counts.failed > 0 ? 1 : 0);
}

function usage() {
  const about = {
    types: 'TypeScript: lib, benchmark, tests',
    lint: 'ESLint and Prettier',
    mocha: 'the library and the command line',
    jupyter: 'kernel, notebooks, JupyterLab in a browser, the site, set-up',
    notebooks: 'every notebook in JupyterLab in Chromium, to its end',
    machine: 'what depends on the machine: parity, kernel, notebooks 00 to 03',
    node: 'a set-up from nothing on the newest Node',
  };
  return [
    'Usage: npm test [-- --only part,part]',
    '',
    'Sets up what is missing, checks everything, and prints "N passed, N failed" at the end. On two cores it takes about 45',
    'minutes. With --only, these parts, one after the other (the first time, types must be among them):',
    '',
    ...parts.map((part) => `  ${part.padEnd(10)} ${about[part]}`),
    '',
    'Examples:',
    '  npm test',
    '  npm test -- --only types,lint',
    '  npm test -- --only types,mocha',
  ].join('\n');
}

/** The named parts; null if none were named. */
function askedParts(words) {
  if (words.length === 0) return null;
  const value = words[0] === '--only' ? words[1] : /^--only=(.*)$/.exec(words[0])?.[1];
  const asked = value?.split(',') ?? [];
  if (asked.length > 0 && asked.every((name) => parts.includes(name))) return asked;
  console.error(
    `"npm test" knows only the option --only with one or more of ${parts.join(', ')}, such as "npm test -- --only mocha".`,
  );
  process.exit(1);
}
