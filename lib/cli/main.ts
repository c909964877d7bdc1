import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { UserError } from '../errors';
import { diskTrouble } from '../files/fileError';
import { machineLimit } from '../machineLimit';
import { register as registerAblate } from './commands/ablate';
import { register as registerCompletion } from './commands/completion';
import { register as registerConfig } from './commands/config';
import { register as registerConvert } from './commands/convert';
import { register as registerData } from './commands/data';
import { register as registerEvaluate } from './commands/evaluate';
import { register as registerExport } from './commands/export';
import { register as registerExtract } from './commands/extract';
import { register as registerInspect } from './commands/inspect';
import { register as registerParity } from './commands/parity';
import { register as registerPretrain } from './commands/pretrain';
import { register as registerProbe } from './commands/probe';
import { register as registerReport } from './commands/report';
import { register as registerRuns } from './commands/runs';
import { register as registerWatch } from './commands/watch';
import { helpLayout, withExamples } from './help';

const exitCodes = { userError: 1, usage: 2, defect: 70 } as const;

/** The commands, in the order of the help. */
const registrations = [
  registerConfig,
  registerData,
  registerExtract,
  registerParity,
  registerPretrain,
  registerWatch,
  registerRuns,
  registerProbe,
  registerEvaluate,
  registerAblate,
  registerReport,
  registerConvert,
  registerExport,
  registerInspect,
  registerCompletion,
];

const examples = [
  'xkd data make',
  'xkd pretrain --data data/sample --out runs/first',
  'xkd evaluate svm --checkpoint runs/first --data data/sample',
];
const remarks =
  'In the project\'s folder it is started by "npx xkd" or "npm run xkd --". Every command has a --help of its own.';

/**
 * The program `xkd` with its commands. Each command is created by `program.command()`, so that it inherits the error
 * handling.
 */
export function createProgram(): Command {
  const program = new Command('xkd')
    .description('Cross-modal knowledge distillation for video and sound')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp(helpLayout)
    .showSuggestionAfterError();
  for (const register of registrations) register(program);
  return withExamples(program, examples, remarks);
}

/** Runs one command line (the words after `xkd`) and returns its exit code. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

function packageVersion(): string {
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code !== 'commander.help') printError(usageSentence(error));
    return exitCodes.usage;
  }
  if (error instanceof UserError) {
    printError(error.message);
    return exitCodes.userError;
  }
  const circumstance = machineLimit(error) ?? diskTrouble(error);
  if (circumstance !== null) {
    printError(circumstance.message);
    return exitCodes.userError;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.defect;
}

/** Commander's message as one sentence. Its suggestion may be on a second line. */
function usageSentence(error: CommanderError): string {
  const [problem, suggestion] = error.message.replace(/^error: /, '').split('\n');
  const sentence = problem.charAt(0).toUpperCase() + problem.slice(1).replace(/\.?$/, '');
  const wayOut = suggestion ? suggestion.replace(/^\(|\)$/g, '') : 'Add --help to see what can be given.';
  return `${sentence}. ${wayOut}`;
}

function printError(sentence: string): void {
  // It may contain names from files, whose control characters must not reach the terminal.
  process.stderr.write(`xkd: ${sentence.replaceAll('\n', ' ').replace(/\p{Cc}/gu, '?')}\n`);
}

if (require.main === module) {
  // A reader such as `head` may close the pipe early; this is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  void main(process.argv.slice(2)).then((code) => {
    // Decoding threads of a failed command may still run: a failure ends them, a success waits for them.
    if (code === 0) process.exitCode = 0;
    else process.exit(code);
  });
}
