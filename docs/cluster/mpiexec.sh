#!/bin/sh
# Two machines over ssh, without a scheduler. Both see the project's folder, set up with "npm run setup -- mpi", under one path,
# and the first reaches the second by ssh with a key.

# The mpiexec that belongs to the MPI in use.
MPIEXEC=$(node -p 'require("./.native/mpi.json").mpiexec')

# -hosts: the machines, and processes on each; -n: all processes.
# -iface: the network between the machines, on which alone mpiexec and MPI then talk.
# UCX_NET_DEVICES says the same to MPICH's transport.
# --resume is added to go on with a run.
"$MPIEXEC" -hosts node1:4,node2:4 -n 8 -iface eth1 -genv UCX_NET_DEVICES eth1 \
  node scripts/xkd.mjs pretrain --preset base --data videos --out runs/base training.batch=256
