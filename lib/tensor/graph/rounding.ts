import { typeNumber } from '../backend';
import { typeAttribute } from './attributes';
import type { NodeArgs, Place } from './graphSession';

/** Precision of the matrix products in a graph. */
export type Precision = 'fp32' | 'bf16';

/** TensorFlow's number for the type bfloat16. */
export const bfloat16 = 14;

/** Ops whose operands are rounded to bf16 if that precision is requested. */
export const products: ReadonlySet<string> = new Set(['MatMul', 'BatchMatMulV2']);

/** Values of a graph rounded to bf16 for matrix products, each only once. */
export class Rounding {
  private readonly rounded = new Map<Place, Place>();

  /** @param addPlace adds an op, and returns its output */
  constructor(private readonly addPlace: (node: NodeArgs) => Place) {}

  /**
   * The rounded values of a tensor.
   *
   * @param behind nodes after which they are rounded, unless they already are
   */
  round(place: Place, behind: readonly string[]): Place {
    const rounded = this.rounded.get(place) ?? this.cast(place, typeNumber('float32'), bfloat16, behind);
    this.rounded.set(place, rounded);
    return rounded;
  }

  /** Converts rounded values back to float32. */
  widen(place: Place): Place {
    return this.cast(place, bfloat16, typeNumber('float32'), []);
  }

  /** These values are rounded again at their next use. */
  forget(places: Iterable<Place>): void {
    for (const place of places) this.rounded.delete(place);
  }

  private cast(input: Place, from: number, to: number, controls: readonly string[]): Place {
    const attributes = { SrcT: typeAttribute(from), DstT: typeAttribute(to) };
    return this.addPlace({ op: 'Cast', inputs: [input], attributes, controls });
  }
}
