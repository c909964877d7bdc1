import { type Kernel, kernel } from '../kernel';
import type { Comm, KernelComms } from './comm';

/** Versions of the protocol, as PyPI's jupyterlab_widgets 3 speaks it. */
const modelTarget = 'jupyter.widget';
const modelProtocol = '2.1.0';
const controlTarget = 'jupyter.widget.control';

/** A widget of any state. */
export interface AnyWidget {
  readonly id: string;
  /** The widget as a page that is loaded again gets it. */
  snapshot(): object;
  /** Takes the widget, and those that it is made of, off all pages. */
  close(): void;
}

/** Why no front end shows widgets. */
export type WidgetsMissing = 'kernel' | 'frontEnd';

/**
 * Where widgets live. With a front end each has a channel to it; without one they hold their values, and nothing else
 * happens, so that a notebook runs the same unattended.
 */
export class WidgetHost {
  /** With how to forget that it is to be closed with the outputs of its cell. */
  private readonly widgets = new Map<string, { readonly widget: AnyWidget; readonly release?: () => void }>();
  private detached = 0;

  /** @param onRerun tells when the running cell is run again, whose widgets go off the page then */
  constructor(
    private readonly comms: KernelComms | null,
    private readonly onRerun?: Kernel['onRerun'],
  ) {
    comms?.register(controlTarget, (comm) => this.answer(comm));
  }

  /** What keeps widgets from being shown; null where they are. */
  get missing(): WidgetsMissing | null {
    if (this.comms === null) return 'kernel';
    return this.comms.frontEnd ? null : 'frontEnd';
  }

  /** Gives a widget its channel. */
  open(widget: AnyWidget, state: object): Comm {
    if (this.comms === null || !this.comms.frontEnd) return detachedComm(`detached-${this.detached++}`);
    const data = { state, buffer_paths: [] };
    const comm = this.comms.open(modelTarget, { data, metadata: { version: modelProtocol } });
    this.widgets.set(comm.id, { widget, release: this.onRerun?.(() => widget.close()) });
    return comm;
  }

  forget(id: string): void {
    this.widgets.get(id)?.release?.();
    this.widgets.delete(id);
  }

  /** A page that is opened, or loaded again, asks for all widgets there are. */
  private answer(comm: Comm): void {
    comm.onMessage = (data) => {
      if ((data as { method?: unknown }).method !== 'request_states') return;
      const states = Object.fromEntries([...this.widgets].map(([id, { widget }]) => [id, widget.snapshot()]));
      comm.send({ method: 'update_states', states, buffer_paths: [] });
    };
  }
}

/** The host of this process's kernel. */
export function widgetHost(): WidgetHost {
  const found = kernel();
  const comms = found?.comms;
  if (!found || !comms) return new WidgetHost(null);
  let host = hosts.get(comms);
  if (host === undefined) hosts.set(comms, (host = new WidgetHost(comms, (close) => found.onRerun(close))));
  return host;
}

const hosts = new WeakMap<KernelComms, WidgetHost>();

function detachedComm(id: string): Comm {
  return { id, send: () => undefined, close: () => undefined, onMessage: null, onClose: null };
}
