import { type Kernel, kernel } from '../kernel';
import type { Comm, KernelComms } from './comm';

/** Versions of the protocol, as spoken by PyPI's jupyterlab_widgets 3. */
const modelTarget = 'jupyter.widget';
const modelProtocol = '2.1.0';
const controlTarget = 'jupyter.widget.control';

/** A widget with any state. */
export interface AnyWidget {
  readonly id: string;
  /** The widget's state, as sent to a page that is reloaded. */
  snapshot(): object;
  /** Removes the widget, and those that it contains, from all pages. */
  close(): void;
}

/** Why no front end shows widgets. */
export type WidgetsMissing = 'kernel' | 'frontEnd';

/**
 * Registry of widgets. With a front end each widget has a channel to it; without one widgets only hold their
 * values, so that a notebook runs the same unattended.
 */
export class WidgetHost {
  /** Each with a function that cancels its closing with the outputs of its cell. */
  private readonly widgets = new Map<string, { readonly widget: AnyWidget; readonly release?: () => void }>();
  private detached = 0;

  /** @param onRerun tells when the running cell is run again; its widgets are then removed from the page */
  constructor(
    private readonly comms: KernelComms | null,
    private readonly onRerun?: Kernel['onRerun'],
  ) {
    comms?.register(controlTarget, (comm) => this.answer(comm));
  }

  /** The reason why widgets cannot be shown; null if they can. */
  get missing(): WidgetsMissing | null {
    if (this.comms === null) return 'kernel';
    return this.comms.frontEnd ? null : 'frontEnd';
  }

  /** Opens a channel for a widget. */
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

  /** A page that is opened, or reloaded, asks for all existing widgets. */
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
