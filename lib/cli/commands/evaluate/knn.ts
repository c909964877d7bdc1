import type { Command } from 'commander';
import { knnSettings } from '../../../eval/protocols/settings';
import { registerProtocol } from './protocolCommand';

/** `xkd evaluate knn`. */
export function register(evaluate: Command): void {
  registerProtocol(evaluate, {
    name: 'knn',
    description: 'Nearest neighbours by the cosine of features; nothing is learnt',
    settings: knnSettings,
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality audio neighbours=5,20',
    ],
    load: async () => (await import('../../../eval')).evaluateKnn,
  });
}
