import { freeUnreachableTensors } from '../tensor/unreachable';
import { tf } from '../tensor/native';
import { kernel } from './kernel';

/*
 * In a notebook, tensors live as long as something references them; a cell that is run again releases those
 * of its earlier run. The kernel collects garbage after cells that leave more tensors behind.
 */
const found = kernel();
if (found !== null) {
  freeUnreachableTensors();
  found.watchMemory(() => tf.memory().numTensors);
}
