import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { launched, ProcessManager, shareOfMachine } from 'xkd/internal';
import { launch } from 'xkd/dist/ranks/launch';

describe('what a launcher says', () => {
  it('is read for mpiexec of MPICH, Open MPI, srun and Cray', () => {
    const place = { rank: 5, size: 8, localRank: 1, localSize: 4 };
    assert.deepEqual(
      launched({ PMI_RANK: '5', PMI_SIZE: '8', MPI_LOCALRANKID: '1', MPI_LOCALNRANKS: '4' }),
      place,
    );
    assert.deepEqual(
      launched({
        OMPI_COMM_WORLD_RANK: '5',
        OMPI_COMM_WORLD_SIZE: '8',
        OMPI_COMM_WORLD_LOCAL_RANK: '1',
        OMPI_COMM_WORLD_LOCAL_SIZE: '4',
      }),
      place,
    );
    assert.deepEqual(
      launched({
        SLURM_PROCID: '5',
        SLURM_STEP_NUM_TASKS: '8',
        SLURM_LOCALID: '1',
        SLURM_STEP_TASKS_PER_NODE: '4(x2)',
      }),
      place,
    );
  });

  it('is nothing for a process that was started alone', () => {
    assert.equal(launched({}), null);
    assert.equal(launched({ PMI_RANK: '0', PMI_SIZE: '1' }), null);
    // In a batch script of Slurm, but not started by srun.
    assert.equal(launched({ SLURM_PROCID: '0', SLURM_NTASKS: '8' }), null);
  });
});

describe('the share of a machine', () => {
  const place = { rank: 5, size: 8, localRank: 1, localSize: 4 };

  it('is a GPU by the number on the machine', () => {
    assert.equal(shareOfMachine(place, {}, ['0', '1', '2', '3']).CUDA_VISIBLE_DEVICES, '1');
    assert.equal(shareOfMachine({ ...place, localRank: 3 }, {}, ['4', '5']).CUDA_VISIBLE_DEVICES, '5');
  });

  it('leaves the GPU that a scheduler has given', () => {
    assert.equal(shareOfMachine(place, { CUDA_VISIBLE_DEVICES: '6' }).CUDA_VISIBLE_DEVICES, undefined);
  });

  it('is a part of the threads, unless the user has set their number', () => {
    const env = { PMI_RANK: '0', PMI_SIZE: '4096', MPI_LOCALNRANKS: '4096' };
    assert.equal(shareOfMachine(place, env, []).TF_NUM_INTRAOP_THREADS, '1');
    assert.equal(shareOfMachine(place, { TF_NUM_INTRAOP_THREADS: '3' }, []).TF_NUM_INTRAOP_THREADS, '3');
  });
});

describe('the process manager of a machine', () => {
  it('passes on what processes tell of themselves, once all have', async () => {
    const manager = new ProcessManager(2);
    const ends = [0, 1].map(() => pair());
    ends.forEach(({ theirs }) => manager.serve(theirs));
    const [first, second] = ends;
    first.say('cmd=put kvsname=a key=address value=one');
    second.say('cmd=get kvsname=a key=address');
    second.say('cmd=get kvsname=a key=other');
    first.say('cmd=barrier_in');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(first.heard(), 'cmd=put_result rc=0 msg=success\n');
    second.say('cmd=barrier_in');
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(first.heard(), /cmd=barrier_out rc=0\n$/);
    assert.match(second.heard(), /value=one\n.*rc=-1 .*\ncmd=barrier_out rc=0\n$/);
  });
});

describe('a launcher', () => {
  const launchCodes = (codes: readonly number[]) => {
    const program = `const rank = Number(process.env.PMI_RANK); setTimeout(() => process.exit(${JSON.stringify(codes)}[rank]), rank === 0 ? 300 : 0)`;
    return launch({ processes: 2, command: [process.execPath, '-e', program], report: () => undefined });
  };

  it('gives the code of a failure, even of the process that ends last', async () => {
    assert.deepEqual(await launchCodes([3, 0]), { code: 3, failed: true });
    assert.deepEqual(await launchCodes([0, 0]), { code: 0, failed: false });
  });
});

/** A process's end of a pair of sockets, and the manager's. */
function pair() {
  const theirs = new PassThrough();
  let heard = '';
  theirs.write = (text: unknown) => {
    heard += String(text);
    return true;
  };
  return { theirs, say: (line: string) => theirs.emit('data', `${line}\n`), heard: () => heard };
}
