import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endWithLauncher } from '../process/launcher.mjs';
import { goToUser } from '../process/user-folder.mjs';
import { root } from '../setup/paths.mjs';
import { notices, setUp } from '../setup/set-up.mjs';
import { openSiteFolder } from '../site/site-folder.mjs';

endWithLauncher();
goToUser();

const usage = `npm run site -- [options]

Makes one static site of the guide, the course with its outputs, and the API reference, with search. It needs neither
network nor server: open its index.html, or put the folder anywhere on a web server.

  --out DIR   its folder; default runs/documentation. It must be empty, or hold an earlier site, which is replaced;
              other files in it stay.`;

const options = {
  out: { type: 'string', default: join(root, 'runs', 'documentation') },
  help: { type: 'boolean', short: 'h', default: false },
};

try {
  process.exit(await main());
} catch (error) {
  if (error.constructor !== Error) throw error;
  console.error(error.message);
  process.exit(1);
}

async function main() {
  const { out, help } = askedOptions();
  if (help) {
    console.log(usage);
    return 0;
  }
  const from = process.cwd();
  const folder = openSiteFolder(resolve(out));
  if (!(await setUp())) return 1;
  for (const notice of notices()) console.error(notice);
  process.chdir(root);
  const { siteFiles } = await import('../site/site.mjs');
  folder.write(await siteFiles());
  console.log(relative(from, join(folder.path, 'index.html')));
  return 0;
}

function askedOptions() {
  try {
    return parseArgs({ options }).values;
  } catch (cause) {
    const what = cause.message.split('. ')[0];
    throw new Error(`${what}; "npm run site -- --help" lists the options.`, { cause });
  }
}
