import { endWithLauncher } from '../process/launcher.mjs';
import { notices, setUp } from '../setup/set-up.mjs';

endWithLauncher();

// npm run setup: sets up what is missing, and looks again for a native TensorFlow if none was found before.
// With "-- mpi" also what runs on several processes need.
if (!(await setUp({ retryFallback: true, mpi: process.argv[2] === 'mpi' }))) process.exit(1);
for (const notice of notices()) console.error(notice);
console.error('Everything is in place: "npm start" opens the notebooks.');
