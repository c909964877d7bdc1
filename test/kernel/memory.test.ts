import assert from 'node:assert/strict';
import { kernelModule } from './kernelClient';

interface Memory {
  settle(replaced: boolean): Promise<void>;
}

describe('memory of the kernel', function () {
  this.timeout(60_000);
  const { Memory } = kernelModule('./memory.cjs') as {
    Memory: new (undisturbed: <T>(work: () => T) => T) => Memory;
  };

  it('is not waited for without end where the garbage collector finds nothing', async () => {
    let collected = 0;
    // As where a collection that had begun before keeps everything.
    const idle = <T>(): T => void (collected += 1) as T;
    await new Memory(idle).settle(true);
    // Two collections, each tried up to three times (the engine may collect by itself in between), and the return of
    // memory to the system.
    assert.ok(collected >= 2 + 1 && collected <= 2 * 3 + 1, `collected ${collected} times`);
    const works: string[] = [];
    await new Memory((work) => {
      works.push('begins');
      const result = work();
      works.push('ends');
      return result;
    }).settle(true);
    assert.deepEqual(works.slice(0, 2), ['begins', 'ends']);
  });
});
