/** A channel between this kernel and a front end. */
export interface Comm {
  readonly id: string;
  send(data: object): void;
  close(): void;
  /** Called with each message of the front end. */
  onMessage: ((data: unknown) => void) | null;
  /** Called when the front end closes the channel. */
  onClose: (() => void) | null;
}

/** A kernel's channels, as `scripts/kernel` provides them. */
export interface KernelComms {
  /** True if a front end that supports widgets is, or was, connected. */
  readonly frontEnd: boolean;
  open(target: string, args: { readonly data: object; readonly metadata: object }): Comm;
  /** Registers the handler of channels to `target` that a front end opens. */
  register(target: string, accept: (comm: Comm) => void): void;
}
