import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RandomStream, makeSampleSet, projectPath } from 'xkd/internal';
import {
  type Started,
  checkpointsOf,
  figuresOf,
  ranksOf,
  setUpMpi,
  start,
  succeed,
  tensorsOf,
  underMpiexec,
} from '../support/processes';

const steps = 60;
/** Kills at random times; 30 were made once with XKD_DRILLS=30. */
const drills = Number(process.env.XKD_DRILLS ?? 1);
const common = [
  ...[
    'training.batch=8',
    `training.steps=${steps}`,
    'training.checkpointSteps=5',
    'optimiser.warmupEpochs=1',
  ],
  ...['loader.workers=1', 'encoder.depth=1', 'decoder.depth=1'],
];

describe('a fault of one of several processes', function () {
  this.timeout(300_000 + 60_000 * drills);
  let folder: string;
  let data: string;
  const at = (name: string): string => join(folder, name);
  const words = (name: string, ...more: string[]): string[] => [
    ...['pretrain', '--data', data, '--out', at(name), ...common, ...more],
  ];
  const pretrain = (name: string, ...more: string[]): Started =>
    start(words(name, '--processes', '2', ...more));

  before(async () => {
    setUpMpi();
    folder = mkdtempSync(join(tmpdir(), 'xkd-faults-'));
    data = at('clips');
    await makeSampleSet({ out: data, train: 32, test: 0 });
    await succeed(words('whole', '--processes', '2'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Waits until a run has a checkpoint after its start. */
  async function untilSaved(name: string): Promise<void> {
    while (stepsSaved(name) < 5) await sleep(20);
  }

  function stepsSaved(name: string): number {
    try {
      return checkpointsOf(at(name)).length === 0 ? 0 : 5;
    } catch {
      return 0;
    }
  }

  /** Asserts that no process is left, and that the run resumes to the bits of one without a fault. */
  async function assertResumes(name: string, pids: ReadonlyMap<number, number>): Promise<void> {
    for (const pid of pids.values()) assert.ok(!isAlive(pid), `process ${pid} is left`);
    await succeed(words(name, '--processes', '2', '--resume'));
    assertWhole(name);
  }

  /** Asserts that a run has the bits of one without a fault. */
  function assertWhole(name: string): void {
    const tensors = tensorsOf(at(name));
    for (const [tensor, values] of tensorsOf(at('whole')))
      assert.deepEqual(tensors.get(tensor), values, tensor);
    assert.deepEqual(figuresOf(at(name), 'total'), figuresOf(at('whole'), 'total'));
  }

  for (const rank of [0, 1]) {
    it(`ends the others if rank ${rank} is killed`, async () => {
      const run = pretrain(`killed ${rank}`);
      await untilSaved(`killed ${rank}`);
      const pids = ranksOf(run.pid);
      const memory = sharedMemoryOf(pids.get(rank)!);
      assert.ok(memory.length > 0 && memory.every(existsSync));
      process.kill(pids.get(rank)!, 'SIGKILL');
      const { code, stderr } = await run.ended;
      assert.deepEqual(memory.filter(existsSync), []);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`xkd: rank ${rank} on \\S+ was ended by SIGKILL; .*\\n$`));
      await assertResumes(`killed ${rank}`, pids);
    });
  }

  it('ends the others, and saves, if one is stopped', async () => {
    const run = pretrain('stopped');
    await untilSaved('stopped');
    const pids = ranksOf(run.pid);
    process.kill(pids.get(1)!, 'SIGSTOP');
    const since = Date.now();
    const { code, stderr } = await run.ended;
    assert.ok(Date.now() - since < 30_000);
    assert.equal(code, 1);
    assert.match(stderr, /xkd: rank 1 on \S+ failed: nothing was heard of it for 10 s: .*\n$/);
    await assertResumes('stopped', pids);
  });

  it('has no port open while it runs', async () => {
    const run = pretrain('ports');
    await untilSaved('ports');
    const pids = [run.pid, ...ranksOf(run.pid).values()];
    assert.equal(pids.length, 3);
    assert.deepEqual(pids.flatMap(listeningSockets), []);
    process.kill(run.pid, 'SIGTERM');
    await run.ended;
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    assert.equal(listeningSockets(process.pid).length, 1);
    server.close();
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends all after the same step, with a checkpoint, on ${signal}`, async () => {
      const run = pretrain(signal);
      await untilSaved(signal);
      const pids = ranksOf(run.pid);
      process.kill(run.pid, signal);
      const { code, stdout } = await run.ended;
      assert.equal(code, signal === 'SIGINT' ? 130 : 143);
      assert.match(stdout, /interrupted after step \d+ of 60; --resume continues\n$/);
      await assertResumes(signal, pids);
    });
  }

  it('starts again by itself with --restarts', async () => {
    const run = pretrain('restarted', '--restarts', '2');
    await untilSaved('restarted');
    const pids = ranksOf(run.pid);
    process.kill(pids.get(1)!, 'SIGKILL');
    const { code, stderr } = await run.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /xkd: starting again \(2 of 2 restarts left\)\./);
    assertWhole('restarted');
  });

  it('resumes to the same bits after kills at random times', async () => {
    const stream = RandomStream.fromSeed(7);
    for (let drill = 0; drill < drills; drill++) {
      const name = `drill ${drill}`;
      const run = pretrain(name);
      await Promise.race([sleep(1500 + 6000 * stream.uniform()), run.ended]);
      const pid = livingRanks(run.pid).get(Math.floor(2 * stream.uniform()));
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await run.ended;
      const goesOn = existsSync(join(at(name), 'checkpoints'));
      await succeed(words(name, '--processes', '2', ...(goesOn ? ['--resume'] : [])));
      assertWhole(name);
    }
  });

  it('names the rank with another configuration', async () => {
    const run = underMpiexec([words('mixed'), words('mixed', 'mask.video=0.5')]);
    const { code, stderr } = await run.ended;
    assert.notEqual(code, 0);
    assert.match(stderr, /^xkd: rank 1 on \S+ has another mask\.video than rank 0 on \S+; start all .*$/m);
    assert.equal(stderr.match(/^xkd: /gm)?.length, 1, stderr);
  });

  it('names the rank whose losses are not finite', async () => {
    const script = projectPath('test/dist/support/strayRank.js');
    const run = underMpiexec([[], []], script);
    const { code, stderr } = await run.ended;
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /^xkd: The loss is not finite at step 2 on rank 1 on \S+: \w+ is NaN; begin a run in .*$/m,
    );
    assert.equal(stderr.match(/^xkd: /gm)?.length, 1, stderr);
  });

  it('starts under mpiexec without further options', async () => {
    const run = underMpiexec([words('mpiexec'), words('mpiexec')]);
    const { code, stderr, stdout } = await run.ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /60 steps done/);
    assertWhole('mpiexec');
  });

  it('replaces a clip that one of them cannot read, as one process does', async () => {
    const listed = readdirSync(join(data, 'clips'), { recursive: true, encoding: 'utf8' });
    const file = join(data, 'clips', listed.filter((name) => name.endsWith('.mp4')).sort()[5]);
    const content = readFileSync(file);
    writeFileSync(file, content.subarray(0, 100));
    try {
      await succeed(words('bad one'));
      await succeed(words('bad two', '--processes', '2'));
    } finally {
      writeFileSync(file, content);
    }
    const skipped = (name: string): string => readFileSync(join(at(name), 'skipped.json'), 'utf8');
    assert.equal(skipped('bad two'), skipped('bad one'));
    const [one, two] = ['bad one', 'bad two'].map((name) => figuresOf(at(name), 'total'));
    two.forEach((total, i) => assert.ok(Math.abs(total - one[i]) < 1e-4 * one[i], `${total} ${one[i]}`));
  });
});

/** Sockets of a process that wait for connections over a network, by inode. */
function listeningSockets(pid: number): string[] {
  const own = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  const listening = ['tcp', 'tcp6'].flatMap((protocol) => {
    const rows = readFileSync(`/proc/${pid}/net/${protocol}`, 'utf8').trim().split('\n').slice(1);
    const columns = rows.map((row) => row.trim().split(/\s+/));
    return columns.filter(([, , , state]) => state === '0A').map((row) => row[9]);
  });
  return listening.filter((inode) => own.includes(`socket:[${inode}]`));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Memory that MPI shares between processes. */
function sharedMemoryOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8').match(/\/dev\/shm\/mpich_\w+/g) ?? [];
}

/** None if the launcher has ended, or not begun. */
function livingRanks(launcher: number): Map<number, number> {
  try {
    return ranksOf(launcher);
  } catch {
    return new Map();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
