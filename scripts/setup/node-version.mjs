// Uses the JavaScript of the first Node versions with modules: versions that are refused must be able to read it, too.

/** The maintained lines of Node; everything is tested on each of them. */
export const testedLines = [22, 24, 26];
/** A line at its end of life that still works; everything is tested on it as well. */
const oldest = { line: 20, minor: 19 };

/**
 * Judges a version of Node ('24.1.0'): `{ refusal }` if it is too old, `{ warning }` if it is not among the tested
 * lines, each one sentence, and otherwise `{}`.
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

/** Ends the process with one sentence if this Node is too old, and warns if it has not been tested. */
export function requireNode() {
  const { refusal, warning } = judgeNode(process.version);
  if (warning !== undefined) console.error(warning);
  if (refusal === undefined) return;
  console.error(refusal);
  process.exit(1);
}
