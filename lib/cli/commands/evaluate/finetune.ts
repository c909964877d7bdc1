import type { Command } from 'commander';
import { finetuneSettings } from '../../../eval/supervised/presets';
import { registerProtocol } from './protocolCommand';

/** `xkd evaluate finetune`: trains a backbone together with a classifier on it. */
export function register(evaluate: Command): void {
  registerProtocol(evaluate, {
    name: 'finetune',
    description: 'Train a backbone and a classifier on it, each layer at its own rate',
    settings: finetuneSettings('video', 'folder'),
    settingsFor: ({ modality, dataset }) =>
      finetuneSettings(modality === 'audio' ? 'audio' : 'video', dataset ?? 'folder'),
    otherChoices: [{ modality: 'video', dataset: 'hmdb51' }, { modality: 'audio' }],
    modalities: ['video', 'audio'],
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality audio epochs=20 layerDecay=0.75',
      '--checkpoint vid_teacher.pth.tar --preset base --dataset hmdb51 --data /data/hmdb51 training.precision=bf16',
    ],
    load: async () => (await import('../../../eval')).evaluateFinetune,
  });
}
