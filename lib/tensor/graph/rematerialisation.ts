import type { NodeArgs, Place } from './graphSession';
import { cheapOps } from '../stage';

/**
 * Rematerialisation: activations that are cheaper to recompute in the backward pass than to keep. They are recomputed
 * once the gradient that needs them is available.
 */
export class Rematerialisation {
  /** The ops that compute them. */
  private readonly makers = new Map<Place, NodeArgs>();
  private readonly copies = new Map<Place, Place>();

  /** Records an op of the forward pass. */
  add(place: Place, { op, inputs = [], attributes }: NodeArgs): void {
    // A reshaped cheap value occupies the same memory.
    const isCheap = cheapOps.has(op) || (op === 'Reshape' && this.makers.has(inputs[0]));
    if (isCheap) this.makers.set(place, { op, inputs, attributes });
  }

  /**
   * A tensor with the values of another one, recomputed if that is cheap.
   *
   * @param after node after which the values are recomputed; later uses share them
   * @param addNode adds an op, and returns its first output
   */
  anew(place: Place, after: string, addNode: (node: NodeArgs) => Place): Place {
    const maker = this.makers.get(place);
    if (maker === undefined) return place;
    const known = this.copies.get(place);
    if (known !== undefined) return known;
    const inputs = maker.inputs!.map((input) => this.anew(input, after, addNode));
    const copy = addNode({ ...maker, inputs, controls: [after] });
    this.copies.set(place, copy);
    return copy;
  }
}
