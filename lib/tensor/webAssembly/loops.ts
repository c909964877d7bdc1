/*
 * The loops of lib/native as a WebAssembly module (lib/native/browser/loops.c). Operands lie in the module's own memory:
 * each call puts them there anew, from the start of the heap on.
 */

/** Numbers of an operand, or how many to make room for. */
export type Operand = Float32Array | number;

type LoopName =
  | 'attention'
  | 'attentionGradient'
  | 'layerNorm'
  | 'layerNormGradient'
  | 'gelu'
  | 'geluGradient'
  | 'adamw'
  | 'blend'
  | 'product';

type Exports = Readonly<
  Record<LoopName | 'attentionScratch' | 'productScratch', (...args: number[]) => number>
> & {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly heap: () => number;
  readonly _initialize?: () => void;
};

const pageBytes = 2 ** 16;
const alignment = 64;

export class Loops {
  private constructor(private readonly code: Exports) {}

  /** @param binary lib/native/browser/loops.wasm */
  static async load(binary: Uint8Array): Promise<Loops> {
    const { instance } = await assembly().instantiate(binary, {});
    const code = instance.exports as Exports;
    code._initialize?.();
    return new Loops(code);
  }

  attentionScratch(tokens: number, width: number, gradient: boolean): number {
    return this.code.attentionScratch(tokens, width, Number(gradient));
  }

  productScratch(width: number, inner: number): number {
    return this.code.productScratch(width, inner);
  }

  /**
   * Calls a loop.
   *
   * @param sizes its first arguments
   * @param operands placed in memory; room that is asked for by its length is filled with zeros
   * @param call arranges the arguments, given the address of each operand
   * @returns views of the operands after the call, valid until the next one
   */
  call(
    name: LoopName,
    operands: readonly Operand[],
    call: (addresses: readonly number[]) => readonly number[],
  ): Float32Array[] {
    const lengths = operands.map((operand) => (typeof operand === 'number' ? operand : operand.length));
    let end = this.code.heap();
    const addresses = lengths.map((length) => {
      const address = Math.ceil(end / alignment) * alignment;
      end = address + 4 * length;
      return address;
    });
    this.makeRoom(end + alignment);
    const { buffer } = this.code.memory;
    const views = addresses.map((address, i) => new Float32Array(buffer, address, lengths[i]));
    operands.forEach((operand, i) => {
      if (typeof operand === 'number') views[i].fill(0);
      else views[i].set(operand);
    });
    this.code[name](...call(addresses));
    return views;
  }

  private makeRoom(bytes: number): void {
    const { memory } = this.code;
    const lacking = bytes - memory.buffer.byteLength;
    if (lacking > 0) memory.grow(Math.ceil(lacking / pageBytes));
  }
}

interface Assembly {
  instantiate(
    binary: Uint8Array,
    imports: object,
  ): Promise<{ instance: { readonly exports: Record<string, unknown> } }>;
}

/** The types of Node have none, those of the DOM are not loaded here. */
function assembly(): Assembly {
  return (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly;
}
