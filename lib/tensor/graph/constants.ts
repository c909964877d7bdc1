import { type ConstantValues, typeNumber } from '../backend';
import { tensorAttribute, typeAttribute } from './attributes';
import type { NodeArgs, Place } from './graphSession';

/**
 * Puts a constant into a graph; one of equal values is stored as a single one and filled.
 *
 * @param add adds an op that depends on nothing, and gives the place of its first output
 * @param fill adds an op that takes others' outputs
 */
export function addConstant(
  type: number,
  shape: readonly number[],
  values: ConstantValues,
  add: (node: NodeArgs) => Place,
  fill: (node: NodeArgs) => Place,
): Place {
  const store = (of: number, sizes: readonly number[], stored: ConstantValues) => {
    const attributes = { dtype: typeAttribute(of), value: tensorAttribute(of, sizes, stored) };
    return add({ op: 'Const', attributes });
  };
  if (values.length <= 16 || !isUniform(values)) return store(type, shape, values);
  const sizes = store(typeNumber('int32'), [shape.length], Int32Array.from(shape));
  const value = store(type, [], values.subarray(0, 1));
  const attributes = { T: typeAttribute(type), index_type: typeAttribute(typeNumber('int32')) };
  return fill({ op: 'Fill', inputs: [sizes, value], attributes });
}

function isUniform(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
