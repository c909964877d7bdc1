#!/bin/bash
# Submitted from the project's folder, which all nodes see: sbatch docs/cluster/slurm.sh
#SBATCH --job-name=xkd
# Two machines with four processes each: eight processes, and a batch that they can share evenly.
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
# One GPU and as many processors for each process; decoding takes most of these.
#SBATCH --gpus-per-task=1
#SBATCH --cpus-per-task=8
# SIGTERM ten minutes before the time is over: the run saves after its step and ends; submit again to go on.
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@600

# Set-up once, before there are several processes; it also fetches an MPI if the machine has none.
npm run setup -- mpi

# The first job begins the run, every later one resumes it.
RUN=runs/base
RESUME=$([ -e "$RUN/run.json" ] && echo --resume)

# --mpi=pmi2 lets srun tell MPICH who is who; --kill-on-bad-exit ends all when one has failed, also one that hangs.
srun --mpi=pmi2 --kill-on-bad-exit=1 \
  node scripts/xkd.mjs pretrain --preset base --data videos --out "$RUN" $RESUME training.batch=256
