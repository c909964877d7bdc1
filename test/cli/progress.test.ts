import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { Progress } from 'xkd/dist/cli/progress';

describe('Progress', () => {
  it('without a terminal writes plain lines, no more often than asked, and the last state once', () => {
    const { stream, text } = recorder();
    const progress = new Progress({
      label: 'pretrain',
      total: 10,
      unit: 'steps',
      stream,
      plainSeconds: 1000,
    });
    for (let done = 1; done <= 9; done++) progress.update(done, { loss: 1 / 3, note: 'a' });
    assert.equal(text(), '');
    progress.update(10);
    progress.stop();
    progress.stop();
    assert.match(text(), /^pretrain 10\/10 steps {2}[\d.]+\/s {2}0:00 {2}loss 0\.3333 {2}note a\n$/);
  });

  it('tells figures that come behind the last count', () => {
    const { stream, text } = recorder();
    const progress = new Progress({ label: 'x', total: 2, unit: 'steps', stream, plainSeconds: 0 });
    progress.update(2, { jobs: '1/2' });
    progress.update(2, { jobs: '2/2' });
    progress.stop();
    assert.match(text(), /2\/2 steps .* jobs 1\/2\n.*2\/2 steps .* jobs 2\/2\n$/);
    const later = new Progress({ label: 'x', total: 2, unit: 'steps', stream, plainSeconds: 60 });
    later.update(2, { jobs: '1/2' });
    later.stop();
    later.update(2, { jobs: '2/2' });
    later.stop();
    assert.match(text(), /jobs 1\/2\n.*jobs 2\/2\n$/);
  });

  it('tells rate and time left, counted from where a resumed job began', async () => {
    const { stream, text } = recorder();
    const progress = new Progress({
      label: 'x',
      total: 1000,
      unit: 'clips',
      from: 900,
      stream,
      plainSeconds: 0,
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    progress.update(901);
    const [, rate, minutes, seconds] = /901\/1000 clips {2}([\d.]+)\/s {2}(\d+):(\d\d) left\n$/.exec(text())!;
    assert.ok(Number(rate) > 0 && Number(rate) <= 10.1, rate);
    assert.ok(Math.abs(60 * Number(minutes) + Number(seconds) - 99 / Number(rate)) < 1, text());
    assert.ok(!text().includes('\u001b'));
  });

  it('on a terminal draws a bar with the figures', () => {
    const { stream, text } = recorder({ isTTY: true, columns: 120 });
    const progress = new Progress({ label: 'x', total: 4, unit: 'steps', stream });
    progress.update(2, { loss: 0.5 });
    progress.note('a note');
    progress.stop();
    assert.match(text(), /x █{12}░{12} 2\/4 steps .*loss 0\.5/);
    assert.match(text(), /a note\n/);
  });
});

/** A stream that records what is written, optionally with the properties of a terminal. */
function recorder(terminal: { isTTY?: boolean; columns?: number } = {}) {
  let written = '';
  const stream = new Writable({
    write(chunk, _, done) {
      written += String(chunk);
      done();
    },
  });
  const nothing = () => true;
  Object.assign(
    stream,
    { clearLine: nothing, cursorTo: nothing, moveCursor: nothing, clearScreenDown: nothing },
    terminal,
  );
  return { stream: stream as NodeJS.WriteStream, text: () => written };
}
