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
    const registry = globalThis.FinalizationRegistry;
    // The engine may also collect by itself, so it must not tell.
    globalThis.FinalizationRegistry = class<T> extends registry<T> {
      override register(): void {}
    };
    try {
      await new Memory(idle).settle(true);
    } finally {
      globalThis.FinalizationRegistry = registry;
    }
    // Two collections, each tried three times, and the return of memory to the system.
    assert.equal(collected, 2 * 3 + 1);
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
