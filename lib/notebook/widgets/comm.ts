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

/** A kernel's channels, as `scripts/kernel` makes them. */
export interface KernelComms {
  /** Whether a front end that knows widgets is, or was, connected. */
  readonly frontEnd: boolean;
  open(target: string, args: { readonly data: object; readonly metadata: object }): Comm;
  /** Says who deals with channels to `target` that a front end opens. */
  register(target: string, accept: (comm: Comm) => void): void;
}
