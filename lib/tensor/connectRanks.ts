import { graphAddon } from '@tensorflow/tfjs-node/graph';
import type { NativeRanks } from '@tensorflow/tfjs-node/mpi';
import { UserError } from '../errors';
import { ownOps } from './native';

/** Lets the ops of collectives.ts exchange tensors with other processes. @throws UserError without native TensorFlow */
export function connectRanks(functions: NativeRanks): void {
  const addon = graphAddon();
  if (addon === null || !ownOps().includes('XkdReduceBegin'))
    throw new UserError(
      'A run on several processes needs native TensorFlow and the ops of this project: run "npm run setup".',
    );
  addon.connect(functions);
}
