import { allChecks, parts, usualParts } from '../check/checks.mjs';
import { endWithLauncher } from '../process/launcher.mjs';
import { root } from '../setup/paths.mjs';
import { notices, setUp } from '../setup/set-up.mjs';

endWithLauncher();

// npm test: sets up what is missing, then runs every check, also after a failed one, and counts. Developers can
// name parts: npm test -- --only mocha,lint
const wanted = askedParts(process.argv.slice(2));
process.chdir(root);
if (!(await setUp({ build: false }))) finish({ passed: 0, failed: 1, skipped: 0 });
for (const notice of notices()) console.error(notice);

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (interrupted = true));

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
for (const { part, title, run } of allChecks()) {
  if (!wanted.includes(part)) continue;
  if (interrupted) break;
  const startedAt = performance.now();
  console.log(`\n== ${title}`);
  const counts = await run();
  for (const name of Object.keys(total)) total[name] += counts[name];
  if (counts.failed > 0) failures.push(title);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${counts.failed > 0 ? 'failed' : 'passed'}: ${title}, ${seconds} s`);
}
if (failures.length > 0) console.log(`\nNot passed: ${failures.join(', ')}`);
if (interrupted) console.log('\nInterrupted: not everything was run.');
finish({ ...total, failed: total.failed + (interrupted ? 1 : 0) });

function finish({ passed, failed, skipped }) {
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exit(failed > 0 ? 1 : 0);
}

function askedParts(words) {
  if (words.length === 0) return usualParts;
  const value = words[0] === '--only' ? words[1] : /^--only=(.*)$/.exec(words[0])?.[1];
  const asked = value?.split(',') ?? [];
  if (asked.length > 0 && asked.every((name) => parts.includes(name))) return asked;
  console.error(
    `"npm test" knows only the option --only with one or more of ${parts.join(', ')}, such as "npm test -- --only mocha".`,
  );
  process.exit(1);
}
