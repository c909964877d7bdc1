import path from 'node:path';
import { benchFolder, pytorchEnvironment } from '../bench/pytorch.mjs';
import { endWithLauncher } from '../process/launcher.mjs';
import { goToUser } from '../process/user-folder.mjs';
import { compile } from '../setup/build.mjs';
import { endRunning } from '../setup/execute.mjs';
import { SetupError } from '../setup/failure.mjs';
import { root } from '../setup/paths.mjs';
import { notices, setUp } from '../setup/set-up.mjs';
import { runInForeground } from './foreground.mjs';

endWithLauncher();
goToUser();

// npm run bench: sets up what is missing and PyTorch (all messages on stderr), then runs the benchmark.
const words = process.argv.slice(2);
if (!(await setUp({ mpi: valueOf(words, '--kind')?.includes('scale') === true }))) process.exit(1);
for (const notice of notices()) console.error(notice);
const { code, output } = await compile('scripts/bench');
if (code !== 0) {
  console.error(output);
  process.exit(1);
}
const pytorch = asksForPytorch(words) ? await installed() : { reason: 'PyTorch was not asked for.' };
const main = path.join(root, 'scripts', 'bench', 'dist', 'main.js');
const ours = [
  '--folder',
  benchFolder,
  '--figure',
  path.join(benchFolder, 'figure.html'),
  '--script',
  path.join(root, 'scripts', 'bench', 'pytorch', 'serve.py'),
  '--pyav-script',
  path.join(root, 'scripts', 'bench', 'pyav.py'),
  '--sklearn-script',
  path.join(root, 'scripts', 'bench', 'linear_svc.py'),
];
const theirs = pytorch.python ? ['--python', pytorch.python] : ['--without-pytorch', pytorch.reason];
process.exit(await runInForeground(process.execPath, [main, ...ours, ...theirs, ...words]));

/**
 * True if the arguments keep PyTorch among the engines and select a kind that uses it; a request for help installs
 * nothing.
 */
function asksForPytorch(words) {
  if (words.some((word) => word === '--help' || word === '-h')) return false;
  return (
    valueOf(words, '--engine')?.includes('pytorch') !== false &&
    !['health', 'run', 'scale'].includes(valueOf(words, '--kind'))
  );
}

/** Value of an option, given as the next argument or after `=`. */
function valueOf(words, option) {
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  if (at < 0) return undefined;
  return words[at] === option ? (words[at + 1] ?? '') : words[at].slice(option.length + 1);
}

async function installed() {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, endRunning);
  try {
    return await pytorchEnvironment();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(130);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, endRunning);
  }
}
