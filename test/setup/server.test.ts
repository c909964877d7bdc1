import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { projectPath } from 'xkd';

const settings = projectPath('.venv/etc/jupyter/jupyter_server_config.py');

/** Stops its event loop during a request that has used a worker thread, as a server does when it is told to end. */
const endedAmidRequest = `import asyncio, runpy, sys
from anyio import to_thread
from traitlets.config import Config
for path in sys.argv[1:]:
    runpy.run_path(path, {'c': Config()})
loop = asyncio.new_event_loop()
async def request():
    await to_thread.run_sync(int)
    loop.stop()
    await asyncio.sleep(60)
task = loop.create_task(request())
loop.run_forever()
print('ended', flush=True)
`;

describe("JupyterLab's server", () => {
  it('ends when it is told to amid a request', () => {
    const { status, stdout, stderr } = spawnSync(
      projectPath('.venv/bin/python'),
      ['-c', endedAmidRequest, settings],
      { encoding: 'utf8', timeout: 60_000 },
    );
    assert.equal(stdout, 'ended\n', stderr);
    assert.equal(status, 0, stderr);
  });

  it('discards nothing that a kernel says, however much it is', () => {
    const asked =
      'from jupyter_server.serverapp import ServerApp; app = ServerApp(); app.load_config_file(); ' +
      "print(app.config['ZMQChannelsWebsocketConnection']['limit_rate'])";
    const { stdout, stderr } = spawnSync(projectPath('.venv/bin/python'), ['-c', asked], {
      encoding: 'utf8',
    });
    assert.equal(stdout, 'False\n', stderr);
  });
});
