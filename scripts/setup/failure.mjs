/** A problem that the user can fix, described in one sentence with its remedy. */
export class SetupError extends Error {
  name = 'SetupError';

  /** `kind`: 'disk', 'permission', 'certificate', 'network', 'missing' (not offered for this machine),
   * 'interrupted' or 'other'. */
  constructor(message, kind = 'other') {
    super(message);
    this.kind = kind;
  }
}

/** Kinds of failure: the tools' output that identifies them, and the sentence that helps. The first match is used. */
const known = [
  [
    'disk',
    /ENOSPC|No space left on device|not enough (disk )?space|Errno 28/i,
    (step) =>
      `${step}: the disk is full; free some space and run the command again; it continues where it stopped.`,
  ],
  [
    'permission',
    /EACCES|Permission denied|Errno 13\]/i,
    (step) =>
      `${step}: a file or folder here may not be written; give yourself write access to this folder and run the command again.`,
  ],
  [
    'certificate',
    /CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)_|certificate/i,
    (step) =>
      `${step}: the package registry's certificate is not trusted; behind a proxy set PIP_CERT and NODE_EXTRA_CA_CERTS to its certificate file and run the command again.`,
  ],
  [
    'network',
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Temporary failure in name resolution|Could not fetch URL|Max retries exceeded|Connection (broken|aborted|reset)|IncompleteRead|ConnectionResetError/i,
    (step) =>
      `${step}: the package registry could not be reached; check the network (or the proxy that npm and pip are configured with) and run the command again.`,
  ],
  [
    'missing',
    /No matching distribution|Could not find a version|404 Not Found|ETARGET|E404/i,
    (step) =>
      `${step}: the package registry does not offer a needed version for this machine; check which registry npm and pip are configured with and run the command again.`,
  ],
];

/** Turns a failed tool's output into one sentence; if no rule matches, the tool's own last line is kept. */
export function explainFailure(step, output) {
  const rule = known.find(([, pattern]) => pattern.test(output));
  if (rule) return new SetupError(rule[2](step), rule[0]);
  const lines = output.split('\n').map((line) => line.trim());
  const told =
    lines.filter((line) => /error|fail/i.test(line)).pop() ?? lines.filter(Boolean).pop() ?? 'no message';
  return new SetupError(`${step} failed (${told.slice(0, 300)}): mend that and run the command again.`);
}
