import type { Command } from 'commander';
import { protocolNames } from '../../eval/protocols/registry';
import { withExamples } from '../help';
import { registerProtocol } from './evaluate/protocolCommand';

/** `xkd evaluate PROTOCOL`: evaluates a network as the paper does. */
export function register(program: Command): void {
  const evaluate = program
    .command('evaluate')
    .description('Evaluate a network on a labelled data set as the paper does; results as JSON and CSV');
  for (const name of protocolNames) registerProtocol(evaluate, name);
  withExamples(evaluate, [
    'xkd evaluate svm --checkpoint runs/first --data data/sample',
    'xkd evaluate knn --checkpoint runs/first --data data/sample --modality audio',
    ['xkd evaluate svm --help', 'what a protocol takes'],
  ]);
}
