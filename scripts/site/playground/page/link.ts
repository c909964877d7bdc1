import type { Answer, Request } from '../protocol';

/** The text of the worker's program, put into the page when it is made. */
declare const workerText: string;

type Listener = (answer: Answer) => void;

/** The page's end of the line to its worker. */
export class Link {
  private readonly worker: Worker;
  private readonly listeners = new Set<Listener>();
  private last = 0;

  constructor() {
    const address = URL.createObjectURL(new Blob([workerText], { type: 'text/javascript' }));
    this.worker = new Worker(address);
    this.worker.onmessage = ({ data }: MessageEvent<Answer>) =>
      this.listeners.forEach((listen) => listen(data));
    this.worker.onerror = ({ message }) =>
      this.listeners.forEach((listen) => listen({ kind: 'failed', message }));
  }

  send(request: Request): void {
    this.worker.postMessage(request);
  }

  /** Listens until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Sends a request that has a number, and waits for its answer. */
  ask<K extends 'sample' | 'look' | 'map'>(
    request: (id: number) => Extract<Request, { kind: K }>,
  ): Promise<Extract<Answer, { kind: K }>> {
    const id = ++this.last;
    const asked: Request = request(id);
    return new Promise((resolve, reject) => {
      const stop = this.listen((answer) => {
        if (answer.kind === asked.kind && 'id' in answer && answer.id === id) {
          stop();
          resolve(answer as Extract<Answer, { kind: K }>);
        } else if (answer.kind === 'failed') {
          stop();
          reject(new Error(answer.message));
        }
      });
      this.send(asked);
    });
  }
}
