import { typeNumber } from '../backend';
import { typeAttribute } from './attributes';
import type { NodeArgs, Place } from './graphSession';

/** Precision of the products of matrices in a graph. */
export type Precision = 'fp32' | 'bf16';

/** TensorFlow's number of the type bfloat16. */
export const bfloat16 = 14;

/** Ops whose operands are rounded to bf16 where that precision is asked for. */
export const products: ReadonlySet<string> = new Set(['MatMul', 'BatchMatMulV2']);

/** Values of a graph rounded to bf16, each once, for the products of matrices. */
export class Rounding {
  private readonly rounded = new Map<Place, Place>();

  /** @param addPlace adds an op, and gives the place of its output */
  constructor(private readonly addPlace: (node: NodeArgs) => Place) {}

  /**
   * A place with the rounded values of another one.
   *
   * @param behind nodes after which they are rounded, where that is not done yet
   */
  round(place: Place, behind: readonly string[]): Place {
    const rounded = this.rounded.get(place) ?? this.cast(place, typeNumber('float32'), bfloat16, behind);
    this.rounded.set(place, rounded);
    return rounded;
  }

  /** Rounded values as float32 again. */
  widen(place: Place): Place {
    return this.cast(place, bfloat16, typeNumber('float32'), []);
  }

  /** From now on these are rounded again. */
  forget(places: Iterable<Place>): void {
    for (const place of places) this.rounded.delete(place);
  }

  private cast(input: Place, from: number, to: number, controls: readonly string[]): Place {
    const attributes = { SrcT: typeAttribute(from), DstT: typeAttribute(to) };
    return this.addPlace({ op: 'Cast', inputs: [input], attributes, controls });
  }
}
