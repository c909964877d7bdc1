import assert from 'node:assert/strict';
import { Trainer, TrainingState } from 'xkd/internal';

/** A training of 5 steps without tensors, saved after every third; a step counts, and may then fail. */
class CountingTrainer extends Trainer<TrainingState, number, number> {
  readonly saved: number[] = [];
  failsAfter = NaN;
  isDiskFull = false;

  constructor() {
    let next = 0;
    super(new TrainingState({ weights: new Map(), first: new Map(), second: new Map() }, 0, []), {
      skipped: [],
      next: async () => next++,
      close: async () => undefined,
    });
  }

  async step(): Promise<number> {
    const batch = await this.batches.next();
    this.state.advance(
      () => ({ state: this.state.tensors }),
      () => undefined,
    );
    if (this.state.step === this.failsAfter) throw new Error('failed half-way');
    return batch;
  }

  async run(stopAfter = Infinity): Promise<number[]> {
    const batches: number[] = [];
    let stop = () => {};
    const whenRequested = new Promise<void>((resolve) => (stop = resolve));
    const request = { requested: false, whenRequested };
    for await (const batch of this.loop(request)) {
      batches.push(batch);
      if (batches.length < stopAfter) continue;
      request.requested = true;
      stop();
    }
    return batches;
  }

  protected get totalSteps(): number {
    return 5;
  }

  protected isTimeToSave(): boolean {
    return this.state.step % 3 === 0;
  }

  protected writeCheckpoint(): void {
    this.saved.push(this.state.step);
    if (this.isDiskFull) throw new Error('disk full');
  }
}

describe('the loop of a training', () => {
  it('takes each batch once, and saves when it is time to and at the end', async () => {
    const trainer = new CountingTrainer();
    assert.deepEqual(await trainer.run(), [0, 1, 2, 3, 4]);
    assert.deepEqual([trainer.saved, trainer.interrupted], [[3, 5], false]);
    assert.deepEqual(await trainer.run(), []);
    assert.deepEqual(trainer.saved, [3, 5], 'nothing new is left to save');
  });

  it('saves when it is stopped, and then continues with the next batch', async () => {
    const trainer = new CountingTrainer();
    assert.deepEqual(await trainer.run(2), [0, 1]);
    assert.deepEqual([trainer.saved, trainer.interrupted], [[2], true]);
    assert.deepEqual(await trainer.run(), [2, 3, 4]);
    assert.deepEqual([trainer.saved, trainer.interrupted], [[2, 3, 5], false]);
  });

  it('does not save a step that failed half-way', async () => {
    const trainer = new CountingTrainer();
    trainer.failsAfter = 2;
    await assert.rejects(trainer.run(), /failed half-way/);
    assert.deepEqual(trainer.saved, []);
  });

  it('does not try to save again after a failed write', async () => {
    const trainer = new CountingTrainer();
    trainer.isDiskFull = true;
    await assert.rejects(trainer.run(), /disk full/);
    assert.deepEqual(trainer.saved, [3]);
  });
});
