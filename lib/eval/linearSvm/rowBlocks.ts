import { setImmediate } from 'node:timers/promises';
import { throwIfStopped } from '../protocols/stop';
import { tf } from '../../tensor/native';
import { matMul2d } from '../../tensor/matMul';
import type { RowSource } from '../store/rows';

/** Rows per matrix product: few enough that the result stays in the processor's cache. */
const blockRows = 4096;

export interface RowBlocksArgs {
  readonly rows: RowSource;
  /** Up to this size, the rows stay in TensorFlow's memory; larger sets are copied to it in each pass [bytes]. */
  readonly memoryBytes?: number;
  readonly signal?: AbortSignal;
}

/** Passes over feature rows, block by block, without blocking Node's event loop. n rows per block, D columns. */
export class RowBlocks {
  readonly rows: number;
  readonly columns: number;
  private readonly kept: (tf.Tensor2D | undefined)[] = [];
  private readonly keeps: boolean;

  constructor(private readonly args: RowBlocksArgs) {
    const { rows, memoryBytes = 1.5e9 } = args;
    this.rows = rows.rows;
    this.columns = rows.columns;
    this.keeps = 4 * rows.rows * rows.columns <= memoryBytes;
  }

  /**
   * Runs one pass.
   *
   * @param visit called with each block `[n, D]`, its index and its first row; it owns the tensors that it leaves
   * @throws Stopped if a stop was requested
   */
  async forEach(visit: (block: tf.Tensor2D, index: number, first: number) => void): Promise<void> {
    for (let first = 0, index = 0; first < this.rows; first += blockRows, index++) {
      throwIfStopped(this.args.signal);
      const block = this.kept[index] ?? this.upload(first);
      if (this.keeps) this.kept[index] = block;
      visit(block, index, first);
      if (!this.keeps) block.dispose();
      await setImmediate();
    }
  }

  /**
   * Weighted products of the columns, summed over the rows: `[D + 1, D + 1]`. The last column is 1 everywhere.
   *
   * @param weigh returns the weights of a block's rows, `[n]`
   */
  async gram(weigh: (index: number) => tf.Tensor1D): Promise<Float64Array> {
    const { columns } = this;
    const size = columns + 1;
    const gram = new Float64Array(size * size);
    await this.forEach((block, index) => {
      const tensors = tf.tidy(() => {
        const weights = tf.expandDims(weigh(index), 1); // [n, 1]
        const weighted = tf.mul(block, weights) as tf.Tensor2D;
        return [
          matMul2d(weighted, block, true), // [D, D]
          tf.sum(weighted, 0), // [D]
          tf.sum(weights),
        ];
      });
      const [products, sums, [total]] = tensors.map((tensor) => tensor.dataSync<'float32'>());
      tf.dispose(tensors);
      for (let i = 0; i < columns; i++) {
        for (let j = 0; j < columns; j++) gram[i * size + j] += products[i * columns + j];
        gram[i * size + columns] += sums[i];
      }
      gram[size * size - 1] += total;
    });
    for (let j = 0; j < columns; j++) gram[columns * size + j] = gram[j * size + columns];
    return gram;
  }

  dispose(): void {
    this.kept.forEach((block) => block?.dispose());
    this.kept.length = 0;
  }

  private upload(first: number): tf.Tensor2D {
    const count = Math.min(blockRows, this.rows - first);
    return tf.tensor2d(this.args.rows.read(first, count), [count, this.columns]);
  }
}
