import { constants } from 'node:os';

/**
 * Explains the end of a program that could not do so itself, because a signal or Node ended it: a sentence for the exit
 * code that stands for the signal; undefined if nothing need be said.
 */
export function endingSentence(code) {
  const signal = Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
  if (signal === 'SIGKILL') {
    return `It was killed (SIGKILL). Unless somebody did that, the system had too little memory left: ${wayOut}.`;
  }
  if (signal === 'SIGABRT') {
    return `It broke off (SIGABRT), as Node and TensorFlow do when they get no more memory: ${wayOut}. Other causes stand above.`;
  }
  if (signal === 'SIGBUS') {
    return 'It ended by SIGBUS: a file that was in use became shorter, or its disk or shared memory is full.';
  }
  return undefined;
}

const wayOut =
  'end other programs, or choose a smaller training.batch, more parts with training.accumulate, or a smaller loader.cacheMegabytes';
