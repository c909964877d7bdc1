import './withoutEval';
import { Desk } from './computing/desk';
import type { Answer, Request } from './protocol';

/* The worker of the page: answers requests one after the other. */

interface WorkerScope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(answer: Answer): void;
}

const scope = globalThis as unknown as WorkerScope;
const desk = new Desk((answer) => scope.postMessage(answer));
let queue: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }) => {
  desk.notice(data);
  queue = queue
    .then(() => desk.answer(data))
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      scope.postMessage({ kind: 'failed', message });
    });
};
