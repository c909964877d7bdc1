import type { NodeArgs, Place } from './graphSession';
import { cheapOps } from './stage';

/**
 * Activations that are cheaper to recompute in the backward pass than to keep. They are recomputed when the gradient that
 * needs them is there.
 */
export class Rematerialisation {
  /** The ops that make them. */
  private readonly makers = new Map<Place, NodeArgs>();
  private readonly copies = new Map<Place, Place>();

  /** Records an op of the forward pass. */
  add(place: Place, { op, inputs = [], attributes }: NodeArgs): void {
    // Another shape of a cheap value holds the same memory.
    const isCheap = cheapOps.has(op) || (op === 'Reshape' && this.makers.has(inputs[0]));
    if (isCheap) this.makers.set(place, { op, inputs, attributes });
  }

  /**
   * A place with the values of another one, recomputed where they are cheap.
   *
   * @param after node after which they are recomputed; later uses share them
   * @param addNode adds an op, and gives the place of its first output
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
