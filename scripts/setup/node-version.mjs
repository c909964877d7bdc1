// JavaScript of the first versions that knew modules: also those that are turned away must be able to read it.

/** The lines of Node that are maintained, on which everything is tested. */
export const testedLines = [22, 24, 26];
/** An ended line that still does, and on which everything is tested as well. */
const oldest = { line: 20, minor: 19 };

/**
 * What is to be said of a version of Node ('24.1.0'): `{ refusal }` where it is too old, `{ warning }` where it is none of
 * those tested, each one sentence, and else `{}`.
 */
export function judgeNode(version) {
  const name = `This is Node ${version.replace(/^v/, '')}`;
  const [line, minor] = version.replace(/^v/, '').split('.').map(Number);
  const newest = testedLines[testedLines.length - 1];
  if (line < oldest.line || (line === oldest.line && minor < oldest.minor)) {
    const lines = testedLines.join(', ').replace(/, (\d+)$/, ' or $1');
    const refusal = `${name}, and XKD notebooks needs Node ${lines}: install one of these and run the command again.`;
    return { refusal };
  }
  if (line === oldest.line || testedLines.includes(line)) return {};
  const warning = `${name}, on which XKD notebooks has not been tested: should something fail, install Node ${newest}.`;
  return { warning };
}

/** Ends the process with one sentence where this Node is too old, and warns where it has not been tested. */
export function requireNode() {
  const { refusal, warning } = judgeNode(process.version);
  if (warning !== undefined) console.error(warning);
  if (refusal === undefined) return;
  console.error(refusal);
  process.exit(1);
}
