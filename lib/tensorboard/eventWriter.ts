import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../files';
import { pngOf, type Pixels } from '../notebook/picture';
import { nodeBackend } from '../tensor/backend';
import { Message } from '../tensor/graph/protobuf';
import { tf } from '../tensor/native';
import { hasNativeOps } from '../tensor/runOp';

/*
 * Events as TensorBoard reads them (tensorflow/core/util/event.proto, framework/summary.proto). TensorFlow's own writer puts
 * them into files; they are handed to it whole, because tfjs-node has functions for numbers alone.
 */

/** Waits for so many events before it writes; {@link EventWriter.flush} writes at once. */
const mostWaiting = 1000;
const flushMs = 5000;

/** Numbers and pictures of steps, in the files of TensorBoard. */
export class EventWriter {
  private readonly writer: { readonly resourceHandle: tf.Tensor; flush(): void };

  /**
   * @param folder made where it is missing
   * @throws UserError where it cannot be written to, or no native TensorFlow is there to write
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

  /** Numbers of a step, by name; a slash divides names into groups. */
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

  /** Says that a run goes on from a step: what was written for it and for later ones counts no more. */
  restart(step: number): void {
    this.write(step, (event) => event.bytes(7, new Message().integer(1, sessionStart)));
  }

  /** Brings all that was written so far to the disk. */
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

/** Whether a folder holds files of TensorBoard. */
export function hasEvents(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.includes('tfevents'));
  } catch {
    return false;
  }
}
