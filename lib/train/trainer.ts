import { BatchQueue, type Source } from './batches';
import type { StopRequest } from './interrupt';
import type { StopVote } from './ranks/runRanks';
import type { RunControl } from './runs/runControl';
import type { TrainingState } from './state/trainingState';
import { UntilEvent } from './untilEvent';

/**
 * A training, taken step by step: pretraining, a linear probe or finetuning. This class has the loop, with interrupts and
 * checkpoints; a subclass has the steps, and says when and where its state is saved.
 */
export abstract class Trainer<State extends TrainingState, Batch, Metrics> {
  /** True if the last loop was ended by a request to stop. */
  interrupted = false;
  protected readonly batches: BatchQueue<Batch>;
  /** Step of the newest checkpoint, or of the start. */
  private savedStep: number;
  /** Set after a failed write, to prevent further ones: the disk may be full. */
  private writeFailed = false;

  protected constructor(
    readonly state: State,
    source: Source<Batch>,
  ) {
    this.savedStep = state.step;
    this.batches = new BatchQueue(source);
  }

  /** Takes a step and records it. */
  abstract step(): Promise<Metrics>;

  /** Number of steps in the whole training. */
  protected abstract get totalSteps(): number;

  /** True if a checkpoint is written after the step just taken. */
  protected abstract isTimeToSave(): boolean;

  /** Writes a checkpoint of the state. */
  protected abstract writeCheckpoint(): void;

  /**
   * Writes a checkpoint of the current step.
   *
   * @throws UserError if there is no space for it; previous checkpoints are unharmed
   */
  save(): void {
    this.write(() => this.writeCheckpoint());
    this.savedStep = this.state.step;
  }

  /**
   * Takes the remaining steps. A request to stop ends the loop before the next step. Whatever ends it, the state is then
   * saved, so that the training can be continued; but not if a step failed half-way, since it has to be taken again.
   *
   * @param control pauses, single-steps or stops the loop
   */
  protected async *loop(stop: StopRequest, control?: RunControl): AsyncGenerator<Metrics> {
    const requested = new UntilEvent(stop.whenRequested);
    this.interrupted = this.writeFailed = false;
    let completed = this.state.step;
    try {
      while (this.state.step < this.totalSteps && (await this.isReady(stop, requested, control))) {
        const metrics = await this.step();
        completed = this.state.step;
        if (this.isTimeToSave()) this.save();
        yield metrics;
        // A step taken op by op blocks the event loop, so messages, signals and displays are handled here.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      // Of several processes, only some may have been sent the signal.
      if (stop.requested) await stop.whenInsistingEnds;
      const isNew = this.savedStep !== this.state.step && this.state.step === completed;
      if (isNew && !this.writeFailed) this.save();
    }
  }

  /** Writes something; if that fails, the loop writes no checkpoint when it ends. */
  protected write(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.writeFailed = true;
      throw error;
    }
  }

  /** Whether to end before the next step; in a run on several processes, all end if one wants to. */
  protected vote(own: StopVote): Promise<StopVote> {
    return Promise.resolve(own);
  }

  /** Waits until the next step may be taken and its batch is ready, or until a request to stop. */
  private async isReady(
    stop: StopRequest,
    requested: UntilEvent,
    control: RunControl | undefined,
  ): Promise<boolean> {
    const goesOn = control === undefined || (await control.allows(stop));
    if (goesOn && !stop.requested) await this.batches.wait(requested);
    const stops = !goesOn || stop.requested || control?.stopping === true;
    const vote = await this.vote({ stops, interrupted: stop.requested });
    this.interrupted = vote.interrupted;
    return !vote.stops;
  }
}
