import { Counts } from '../check/counts.mjs';
import { checkOnNode } from '../check/on-node.mjs';
import { judgeNode, testedLines } from '../setup/node-version.mjs';

// npm run test:node -- 24: downloads this Node and runs the checks that depend on Node, in an empty folder. Without a
// version it uses the newest tested line; several versions are checked one after the other.
const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : [String(testedLines.at(-1))];
for (const version of versions) {
  const problem = versionProblem(version);
  if (problem === undefined) continue;
  console.error(problem);
  process.exit(1);
}

let interruptedBy;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (interruptedBy = signal));

const total = new Counts();
for (const version of versions) {
  if (interruptedBy) break;
  total.add(await checkOnNode(version));
}
if (interruptedBy) {
  console.error('\nInterrupted: what was fetched and set up is removed.');
  process.exit(interruptedBy === 'SIGINT' ? 130 : 143);
}
for (const line of total.lines) console.log(line);
process.exit(total.failed > 0 ? 1 : 0);

/** One sentence, or undefined. */
function versionProblem(version) {
  if (!/^v?\d+(\.\d+){0,2}$/.test(version))
    return `"${version}" is no version of Node: give one such as 24 or 24.1.0 ("npm run test:node -- 24").`;
  // A line without a minor version means its newest release.
  const { refusal } = judgeNode(/\./.test(version) ? version : `${version}.999`);
  return refusal
    ?.replace(/^This is Node [\d.]+/, `You asked for Node ${version}`)
    .replace('install one of these', 'name one of these');
}
