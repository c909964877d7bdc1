import { UntilEvent } from 'xkd/dist/train/untilEvent';

describe('waiting no longer than to an event', () => {
  const never = new Promise<void>(() => undefined);

  it('ends with what is waited for, whatever becomes of it', async () => {
    const until = new UntilEvent(never);
    await until.wait(Promise.resolve(1));
    await until.wait(Promise.reject(new Error('gone')));
  });

  it('ends with the event, and waits no more after it', async () => {
    let happen = () => {};
    const until = new UntilEvent(new Promise<void>((resolve) => (happen = resolve)));
    const waited = until.wait(never);
    happen();
    await waited;
    await until.wait(never);
  });
});
