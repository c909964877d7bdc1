import type { Command } from 'commander';
import { svmSettings } from '../../../eval/protocols/settings';
import { registerProtocol } from './protocolCommand';

/** `xkd evaluate svm`. */
export function register(evaluate: Command): void {
  registerProtocol(evaluate, {
    name: 'svm',
    description:
      'Linear support vector machines on features of augmented clips, tested on several clips and crops',
    settings: svmSettings('video'),
    settingsFor: ({ modality }) => svmSettings(modality),
    examples: [
      '--checkpoint runs/first --data data/sample',
      '--checkpoint runs/first --data data/sample --modality both trainClips=5 costs=0.1,1',
      '--checkpoint vid_teacher.pth.tar --preset base --dataset ucf101 --data /data/ucf costChoice=test',
    ],
    load: async () => (await import('../../../eval')).evaluateSvm,
  });
}
