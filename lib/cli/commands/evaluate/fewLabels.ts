import type { Command } from 'commander';
import { fewLabelsSettings } from '../../../eval/protocols/settings';
import { registerProtocol } from './protocolCommand';

/** `xkd evaluate few-labels`. */
export function register(evaluate: Command): void {
  registerProtocol(evaluate, {
    name: 'few-labels',
    description: 'The linear SVM with a small share of the labels, drawn several times',
    settings: fewLabelsSettings('video'),
    settingsFor: ({ modality }) => fewLabelsSettings(modality),
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample shares=0.05 draws=10',
    ],
    load: async () => (await import('../../../eval')).evaluateFewLabels,
  });
}
