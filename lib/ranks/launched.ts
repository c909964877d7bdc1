import { availableParallelism } from 'node:os';

/** This process among those of a run, as its launcher says in the environment. */
export interface Launched {
  readonly rank: number;
  readonly size: number;
  /** Its number among the processes on this machine, and how many they are. */
  readonly localRank: number;
  readonly localSize: number;
}

/** Variables of the launchers, by what they give: mpiexec of MPICH and Intel's, of Open MPI, `srun`, and Cray's. */
const variables = {
  rank: ['PMI_RANK', 'OMPI_COMM_WORLD_RANK', 'PALS_RANKID', 'SLURM_PROCID'],
  size: ['PMI_SIZE', 'OMPI_COMM_WORLD_SIZE', 'PALS_SIZE', 'SLURM_STEP_NUM_TASKS'],
  localRank: ['MPI_LOCALRANKID', 'OMPI_COMM_WORLD_LOCAL_RANK', 'PALS_LOCAL_RANKID', 'SLURM_LOCALID'],
  localSize: ['MPI_LOCALNRANKS', 'OMPI_COMM_WORLD_LOCAL_SIZE', 'PALS_LOCAL_SIZE'],
} as const;

/** What a launcher has set; null for a process that is one of one, or was started by none. */
export function launched(env: NodeJS.ProcessEnv = process.env): Launched | null {
  const numberOf = (names: readonly string[]): number | null => {
    const name = names.find((each) => /^\d+$/.test(env[each] ?? ''));
    return name === undefined ? null : Number(env[name]);
  };
  const [rank, size] = [numberOf(variables.rank), numberOf(variables.size)];
  if (rank === null || size === null || size < 2) return null;
  const localRank = numberOf(variables.localRank) ?? rank;
  return { rank, size, localRank, localSize: numberOf(variables.localSize) ?? slurmTasks(env) ?? size };
}

/** Processors for each process of a run on this machine; at least one. */
export function processorsHere(env: NodeJS.ProcessEnv = process.env): number {
  return Math.max(1, Math.floor(availableParallelism() / (launched(env)?.localSize ?? 1)));
}

/** Slurm lists the tasks of the nodes as in `4(x2),3`; the largest number is safe for all. */
function slurmTasks({ SLURM_STEP_TASKS_PER_NODE: listed }: NodeJS.ProcessEnv): number | null {
  if (listed === undefined) return null;
  const counts = listed.split(',').map((part) => parseInt(part, 10));
  return counts.every(Number.isFinite) ? Math.max(...counts) : null;
}
