import type { Comm } from './comm';
import type { AnyWidget, WidgetHost } from './host';

/** The front end's classes of a widget. */
export interface WidgetKind {
  readonly module: string;
  readonly version: string;
  readonly model: string;
  /** Null for a widget without a view of its own, such as a layout. */
  readonly view: string | null;
  readonly viewModule?: string;
}

/** The state in a message of the front end. */
interface UpdateMessage {
  readonly method?: 'update' | 'request_state' | 'custom';
  readonly state?: Readonly<Record<string, unknown>>;
  readonly content?: unknown;
}

/**
 * A Jupyter widget: state shared by kernel and front end. Names in `State` are those of the widget protocol;
 * other widgets in it are passed by reference.
 */
export class Widget<State extends object = object> implements AnyWidget {
  private state: State;
  private readonly comm: Comm;
  private readonly listeners = new Set<(changed: Partial<State>) => void>();
  private readonly customListeners = new Set<(content: unknown) => void>();

  constructor(
    private readonly host: WidgetHost,
    private readonly kind: WidgetKind,
    state: State,
  ) {
    this.state = state;
    this.comm = host.open(this, this.wholeState());
    this.comm.onMessage = (data) => this.receive(data as UpdateMessage);
    this.comm.onClose = () => host.forget(this.comm.id);
  }

  get id(): string {
    return this.comm.id;
  }

  get<K extends keyof State>(name: K): State[K] {
    return this.state[name];
  }

  /** Changes the state, here and on the page; listeners are not called. */
  set(values: Partial<State>): void {
    const changed = Object.entries(values).filter(
      ([name, value]) => this.state[name as keyof State] !== value,
    );
    if (changed.length === 0) return;
    this.state = { ...this.state, ...values };
    this.comm.send({ method: 'update', state: wireObject(Object.fromEntries(changed)), buffer_paths: [] });
  }

  /** Calls back when the user changes something. */
  onChange(listener: (changed: Partial<State>) => void): this {
    this.listeners.add(listener);
    return this;
  }

  /** Calls back with messages of a view that are not state, such as a click. */
  onCustom(listener: (content: unknown) => void): this {
    this.customListeners.add(listener);
    return this;
  }

  close(): void {
    this.host.forget(this.comm.id);
    this.comm.close();
    for (const part of Object.values(this.state).flat()) if (part instanceof Widget) part.close();
  }

  snapshot(): object {
    const { model, module, version } = this.kind;
    return {
      model_name: model,
      model_module: module,
      model_module_version: version,
      state: this.wholeState(),
    };
  }

  private receive({ method, state, content }: UpdateMessage): void {
    if (method === 'update' && state !== undefined) {
      this.state = { ...this.state, ...state };
      this.listeners.forEach((listener) => listener(state as Partial<State>));
    } else if (method === 'custom') {
      this.customListeners.forEach((listener) => listener(content));
    } else if (method === 'request_state') {
      this.comm.send({ method: 'update', state: this.wholeState(), buffer_paths: [] });
    }
  }

  private wholeState(): object {
    const { module, version, model, view, viewModule = module } = this.kind;
    return {
      _model_module: module,
      _model_module_version: version,
      _model_name: model,
      _view_module: viewModule,
      _view_module_version: version,
      _view_name: view,
      _view_count: null,
      ...wireObject(this.state),
    };
  }
}

function wireObject(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, wireValue(value)]));
}

function wireValue(value: unknown): unknown {
  if (value instanceof Widget) return `IPY_MODEL_${value.id}`;
  return Array.isArray(value) ? value.map(wireValue) : value;
}
