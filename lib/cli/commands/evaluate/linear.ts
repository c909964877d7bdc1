import type { Command } from 'commander';
import { linearSettings } from '../../../eval/supervised/presets';
import { registerProtocol } from './protocolCommand';

/** `xkd evaluate linear`: trains a linear classifier on a frozen backbone with AdamW. */
export function register(evaluate: Command): void {
  registerProtocol(evaluate, {
    name: 'linear',
    description: 'Train a linear classifier on a frozen backbone with AdamW, clips augmented in each epoch',
    settings: linearSettings('video'),
    settingsFor: ({ modality }) => linearSettings(modality === 'audio' ? 'audio' : 'video'),
    otherChoices: [{ modality: 'audio' }],
    modalities: ['video', 'audio'],
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality audio features=once epochs=20',
      '--checkpoint vid_teacher.pth.tar --preset base --dataset kinetics400 --data /data/k400',
    ],
    load: async () => (await import('../../../eval')).evaluateLinear,
  });
}
