import type { NodeArgs, Place } from './graphSession';
import { cheapOps } from './stage';

/**
 * Values of the forward pass that take more memory until the backward pass than work to be made again: there they are made
 * anew, when the slope that meets them is there.
 */
export class CheapValues {
  /** The ops that make them. */
  private readonly makers = new Map<Place, NodeArgs>();
  private readonly copies = new Map<Place, Place>();

  /** Hears of an op of the forward pass. */
  add(place: Place, { op, inputs = [], attributes }: NodeArgs): void {
    // Another shape of a cheap value holds the same memory.
    const isCheap = cheapOps.has(op) || (op === 'Reshape' && this.makers.has(inputs[0]));
    if (isCheap) this.makers.set(place, { op, inputs, attributes });
  }

  /**
   * A place with the values of another one, made anew where they are cheap.
   *
   * @param after node behind which they are made; the same ones serve whatever comes later
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
