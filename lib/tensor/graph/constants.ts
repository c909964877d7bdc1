import { type ConstantValues, typeNumber } from '../backend';
import { tensorAttribute, typeAttribute } from './attributes';
import type { NodeArgs, Place } from './graphSession';

/**
 * Adds a constant to a graph. If all its values are equal, a single one is stored and expanded by a fill op.
 *
 * @param add adds an op without inputs or dependencies, and returns its first output
 * @param fill adds an op with inputs
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
