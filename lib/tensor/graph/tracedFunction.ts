import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { tf } from '../native';
import { nodeBackend } from '../backend';
import { GraphBuilder } from './graphDef';
import { recordOps } from './recorder';

/** Tensors by name. */
export type TensorRecord = ReadonlyMap<string, tf.Tensor>;

/** A function of tensors that was recorded once and now runs as one native TensorFlow graph. */
export class TracedFunction {
  private constructor(
    private readonly session: number,
    private readonly inputs: readonly { name: string; place: string }[],
    private readonly outputs: readonly { name: string; place: string }[],
  ) {}

  /**
   * Runs a function once, eagerly, and records it.
   *
   * @param inputs every tensor that may differ from run to run; all others that the function uses stay as they are
   * @throws TraceError naming what cannot be recorded
   */
  static trace(inputs: TensorRecord, body: () => TensorRecord): TracedFunction {
    const { result: results, ops, constants } = recordOps(inputs.values(), body);
    const builder = new GraphBuilder(constants);
    const places = [...inputs].map(([name, tensor]) => ({ name, place: builder.addInput(tensor) }));
    ops.forEach((op) => builder.addOp(op));
    const outputs = [...results].map(([name, tensor]) => ({ name, place: builder.addOutput(tensor) }));
    return new TracedFunction(loadGraph(builder.serialise()), places, outputs);
  }

  /** Runs the graph on new values of the same shapes. */
  run(inputs: TensorRecord): Map<string, tf.Tensor> {
    const backend = nodeBackend();
    const ids = backend.getInputTensorIds(this.inputs.map(({ name }) => inputs.get(name)!));
    const joined = (list: readonly { place: string }[]) => list.map(({ place }) => place).join(',');
    const values = backend.binding.runSavedModel(
      this.session,
      ids,
      joined(this.inputs),
      joined(this.outputs),
    );
    return new Map(values.map((value, i) => [this.outputs[i].name, backend.createOutputTensor(value)]));
  }

  /** Frees the native graph. */
  dispose(): void {
    nodeBackend().binding.deleteSavedModel(this.session);
  }
}

/** Hands a graph to TensorFlow, which reads it from a folder; the folder is removed at once. */
function loadGraph(bytes: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'xkd-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), bytes);
    return nodeBackend().binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
