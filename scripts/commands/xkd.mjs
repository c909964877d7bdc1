import { hostname } from 'node:os';
import path from 'node:path';
import { endingSentence } from '../process/ending.mjs';
import { endWithLauncher } from '../process/launcher.mjs';
import { goToUser } from '../process/user-folder.mjs';
import { root } from '../setup/paths.mjs';
import { notices, setUp } from '../setup/set-up.mjs';
import { nodeFlags, startEnvironment } from '../../lib/tfjs-node/environment.js';
import { runInForeground } from './foreground.mjs';

endWithLauncher();
goToUser();

// npx xkd COMMAND, or npm run xkd -- COMMAND: sets up what is missing (all messages on stderr), then runs the command line of lib.
if (!(await setUp({ mpi: isOneOfSeveral() }))) process.exit(1);
for (const notice of notices()) console.error(notice);
const main = path.join(root, 'lib', 'dist', 'cli', 'main.js');
const env = startEnvironment(process.env);
const code = await runInForeground(process.execPath, [...nodeFlags, main, ...process.argv.slice(2)], { env });
const sentence = endingSentence(code);
if (sentence !== undefined) console.error(`xkd: ${rankOfRun()}${sentence}`);
process.exit(code);

/** Which of several processes this is, as the start of a sentence. */
function rankOfRun() {
  const { PMI_RANK, OMPI_COMM_WORLD_RANK, PALS_RANKID } = process.env;
  const rank = PMI_RANK ?? OMPI_COMM_WORLD_RANK ?? PALS_RANKID;
  return rank === undefined ? '' : `rank ${rank} on ${hostname()}: `;
}

/** True if a run on several processes is asked for, or mpiexec or srun has started this as one of several. */
function isOneOfSeveral() {
  const sizes = ['PMI_SIZE', 'OMPI_COMM_WORLD_SIZE', 'PALS_SIZE', 'SLURM_STEP_NUM_TASKS'];
  return (
    ['pretrain', 'parity'].includes(process.argv[2]) &&
    (process.argv.some((word) => word.startsWith('--processes')) ||
      sizes.some((name) => process.env[name] > 1))
  );
}
