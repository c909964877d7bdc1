import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { endWithLauncher } from '../process/launcher.mjs';
import { goToUser } from '../process/user-folder.mjs';
import { notebooks, venvPython } from '../setup/paths.mjs';
import { notices, setUp } from '../setup/set-up.mjs';
import { startEnvironment } from '../../lib/tfjs-node/environment.js';
import { runInForeground } from './foreground.mjs';
import { askedPort, jupyterArguments } from './jupyter-arguments.mjs';

endWithLauncher();
goToUser();

const given = process.argv.slice(2);

// npm start: sets up what is missing, builds lib, and opens JupyterLab on the notebooks.
const problem = await portProblem(askedPort(given));
if (problem) fail(problem);
if (!(await setUp())) process.exit(1);
for (const notice of notices()) console.error(notice);

fs.mkdirSync(notebooks, { recursive: true });
const firstNotebook = '00_start_here.ipynb';
const args = jupyterArguments(given, {
  notebooks,
  firstNotebook: fs.existsSync(path.join(notebooks, firstNotebook)) ? firstNotebook : undefined,
  isRoot: process.getuid?.() === 0,
  hasScreen: process.platform === 'darwin' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY),
});
const onlyAsks = given.some((word) => ['--version', '--help', '-h', '--help-all'].includes(word));
if (!onlyAsks)
  console.error(
    'JupyterLab is starting; open the address with the token below in a browser. Ctrl-C here ends it.',
  );
const env = startEnvironment(process.env);
process.exit(await runInForeground(venvPython, ['-m', 'jupyterlab', ...args], { env }));

/** One sentence if the port cannot be used, or undefined. */
async function portProblem(port) {
  if (port === undefined) return undefined;
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    return '--port needs a number from 1 to 65535, such as "npm start -- --port 8889".';
  const error = await new Promise((resolve) => {
    const server = net.createServer().once('error', resolve);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(undefined)));
  });
  if (error?.code === 'EADDRINUSE')
    return `Port ${port} is in use: give another one ("npm start -- --port ${port + 1}"), or none to let JupyterLab find a free one.`;
  if (error?.code === 'EACCES')
    return `Port ${port} may not be used by you: give one above 1023, such as "npm start -- --port 8889".`;
  return undefined;
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
