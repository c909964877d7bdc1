import { UserError } from '../errors';
import { watchInterrupt } from '../train/interrupt';
import { stopMessage, type WorkNews, type WorkOrder } from './messages';
import { trainJobs } from './trainJobs';

/*
 * A process that trains jobs concurrently. Its parent sends orders over the channel opened by `fork`, and sets the number
 * of TensorFlow threads in the environment, which is read when TensorFlow is loaded.
 */

/** Interval between progress reports. */
const reportMs = 500;

const interrupt = watchInterrupt();
process.on('message', (message: WorkOrder | typeof stopMessage) => {
  if (message === stopMessage) process.kill(process.pid, 'SIGTERM');
  else void work(message);
});
// Without a parent, nobody reads the results. The checkpoints are kept.
process.on('disconnect', () => process.exit(1));

async function work(order: WorkOrder): Promise<void> {
  let reportedMs = -Infinity;
  let steps = 0;
  try {
    await trainJobs({
      ...order,
      interrupt,
      onSteps: (done) => {
        steps = done;
        if (performance.now() - reportedMs < reportMs) return;
        reportedMs = performance.now();
        tell({ kind: 'steps', done });
      },
      onDone: () => tell({ kind: 'jobDone' }),
      report: (sentence) => tell({ kind: 'note', sentence }),
    });
    tell({ kind: 'steps', done: steps });
  } catch (error) {
    const { message, stack = message } = error as Error;
    const isUserError = error instanceof UserError;
    tell({ kind: 'failed', message: isUserError ? message : stack, isUserError });
  } finally {
    // The channel keeps the process alive. Pending messages are sent first.
    process.removeAllListeners('disconnect');
    process.disconnect();
    interrupt.stop();
  }
}

function tell(news: WorkNews): void {
  process.send?.(news);
}
