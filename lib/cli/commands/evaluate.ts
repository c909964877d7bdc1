import type { Command } from 'commander';
import { register as registerFewLabels } from './evaluate/fewLabels';
import { register as registerFinetune } from './evaluate/finetune';
import { register as registerKnn } from './evaluate/knn';
import { register as registerLinear } from './evaluate/linear';
import { register as registerRetrieval } from './evaluate/retrieval';
import { register as registerSvm } from './evaluate/svm';
import { withExamples } from '../help';

/** The protocols, in the order of the help. */
const registrations: readonly ((evaluate: Command) => void)[] = [
  registerSvm,
  registerLinear,
  registerFinetune,
  registerKnn,
  registerFewLabels,
  registerRetrieval,
];

/** `xkd evaluate PROTOCOL`: evaluates a network as the paper does. */
export function register(program: Command): void {
  const evaluate = program
    .command('evaluate')
    .description('Evaluate a network on a labelled data set as the paper does; results as JSON and CSV');
  for (const registerProtocol of registrations) registerProtocol(evaluate);
  withExamples(evaluate, [
    'xkd evaluate svm --checkpoint runs/first --data data/sample',
    'xkd evaluate knn --checkpoint runs/first --data data/sample --modality audio',
    ['xkd evaluate svm --help', 'what a protocol takes'],
  ]);
}
