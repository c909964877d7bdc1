import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../files';
import { pngOf, type Pixels } from '../figures/picture';
import { nodeBackend } from '../tensor/backend';
import { Message } from '../tensor/graph/protobuf';
import { tf } from '../tensor/native';
import { hasNativeOps } from '../tensor/runOp';

/*
 * Events in TensorBoard's format (tensorflow/core/util/event.proto, framework/summary.proto). TensorFlow's own writer
 * writes the files. It receives complete events, because tfjs-node has functions for scalars only.
 */

/** Maximum number of buffered events; {@link EventWriter.flush} writes at once. */
const mostWaiting = 1000;
const flushMs = 5000;

/** Writes scalars and images of steps to TensorBoard event files. */
export class EventWriter {
  private readonly writer: { readonly resourceHandle: tf.Tensor; flush(): void };

  /**
   * @param folder created if necessary
   * @throws UserError if it can't be written to, or if native TensorFlow is not available
   */
  constructor(folder: string) {
    if (!hasNativeOps()) {
      throw new UserError(
        'Files of TensorBoard are written by native TensorFlow, which is not in use here: leave --tensorboard out, or see what "npm run doctor" says.',
      );
    }
    makeFolder(folder);
    const writer = tf.node.summaryFileWriter(resolve(folder), mostWaiting, flushMs);
    this.writer = writer as unknown as EventWriter['writer'];
  }

  /** Scalars of a step by name; a slash separates groups. */
  scalars(step: number, values: Readonly<Record<string, number>>): void {
    const summary = new Message();
    for (const [tag, value] of Object.entries(values))
      summary.bytes(1, new Message().bytes(1, tag).float(2, value));
    this.write(step, (event) => event.bytes(5, summary));
  }

  picture(step: number, tag: string, pixels: Pixels): void {
    const { height, width } = pixels;
    const image = new Message().integer(1, height).integer(2, width).integer(3, 3).bytes(4, pngOf(pixels));
    this.write(step, (event) =>
      event.bytes(5, new Message().bytes(1, new Message().bytes(1, tag).bytes(4, image))),
    );
  }

  /** Marks that a run resumes at a step: events of this and later steps are discarded. */
  restart(step: number): void {
    this.write(step, (event) => event.bytes(7, new Message().integer(1, sessionStart)));
  }

  /** Writes all buffered events to disk. */
  flush(): void {
    this.writer.flush();
  }

  private write(step: number, fill: (event: Message) => Message): void {
    const event = fill(new Message().double(1, Date.now() / 1000).integer(2, step));
    tf.tidy(() => {
      const bytes = tf.tensor([event.finish()] as unknown as string[], [], 'string');
      nodeBackend().executeMultipleOutputs('ImportEvent', [], [this.writer.resourceHandle, bytes], 0);
    });
  }
}

const sessionStart = 1;

/** True if a folder contains TensorBoard files. */
export function hasEvents(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.includes('tfevents'));
  } catch {
    return false;
  }
}
