import type { Command } from 'commander';
import { retrievalSettings } from '../../../eval/protocols/settings';
import { registerProtocol } from './protocolCommand';

/** `xkd evaluate retrieval`. */
export function register(evaluate: Command): void {
  registerProtocol(evaluate, {
    name: 'retrieval',
    description: 'Find the pictures of a sound and the sound of pictures among the test files',
    settings: retrievalSettings,
    modalities: ['both'],
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample method=centred',
    ],
    load: async () => (await import('../../../eval')).evaluateRetrieval,
  });
}
