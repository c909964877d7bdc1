import type { CompileOptions } from '../../tensor/graph';

/** A pure function of tensors, with what a compiled engine needs to know about it. */
export interface EngineFunction<Inputs, Outputs> extends Pick<
  CompileOptions<Inputs>,
  'reads' | 'writes' | 'precision'
> {
  readonly compute: (inputs: Inputs) => Outputs;
}

/** Executes functions of tensors: the steps of a training, and what is measured in between. */
export interface Engine {
  /**
   * Runs a function, without blocking the event loop if the engine supports it, so that messages, signals and timers are
   * handled meanwhile. Inputs must stay unchanged until then. Outputs become tensors, in the caller's scope, when the
   * returned function is called.
   */
  run<Inputs, Outputs>(described: EngineFunction<Inputs, Outputs>, inputs: Inputs): Promise<() => Outputs>;
}

/** Runs op by op: slower, but a step can be inspected. */
export const eagerEngine: Engine = {
  run: ({ compute }, inputs) => Promise.resolve(() => compute(inputs)),
};
