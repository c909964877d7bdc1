import { CompiledFunction, Program } from '../../tensor/graph';
import type { Engine, EngineFunction } from './engine';

/**
 * Runs native graphs, each traced at its first call. They share the state in one session: weights and moments stay there
 * and are copied out only when read. One engine serves a whole training.
 */
export class CompiledEngine implements Engine {
  private readonly program = new Program();
  private readonly functions = new Map<unknown, CompiledFunction<never, unknown>>();

  /** Number of graphs traced so far. */
  get traces(): number {
    return [...this.functions.values()].reduce((sum, { traces }) => sum + traces, 0);
  }

  run<Inputs, Outputs>(described: EngineFunction<Inputs, Outputs>, inputs: Inputs): Promise<() => Outputs> {
    return this.compiled(described).callAsync(inputs);
  }

  /** Frees the native graphs and moves the state out of them. A later call traces again. */
  dispose(): void {
    this.functions.forEach((compiled) => compiled.dispose());
    this.program.dispose();
  }

  private compiled<Inputs, Outputs>(
    described: EngineFunction<Inputs, Outputs>,
  ): CompiledFunction<Inputs, Outputs> {
    const known = this.functions.get(described);
    if (known !== undefined) return known as unknown as CompiledFunction<Inputs, Outputs>;
    const { compute, ...options } = described;
    const compiled = new CompiledFunction(compute, { program: this.program, ...options });
    this.functions.set(described, compiled as unknown as CompiledFunction<never, unknown>);
    return compiled;
  }
}
