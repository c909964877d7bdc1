// Plain old JavaScript: this file must also be readable by the versions of Node that it turns away.

/** Tells what is wrong with a version of Node ('20.19.0'), in one sentence, or undefined when it is fit. */
export function nodeVersionProblem(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  const fit = (parts[0] === 20 && parts[1] >= 19) || parts[0] === 21 || parts[0] === 22;
  if (fit) return undefined;
  return (
    'This is Node ' +
    version.replace(/^v/, '') +
    ', and XKD notebooks needs Node 20 (20.19 or later) or 22: install one of these and run the command again.'
  );
}

/** Ends the process with one sentence unless this Node is fit. */
export function requireNode() {
  const problem = nodeVersionProblem(process.version);
  if (problem === undefined) return;
  console.error(problem);
  process.exit(1);
}
