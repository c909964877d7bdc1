'use strict';

/*
 * The drawing process: takes figures and returns pictures, one after another. It has a lower priority than training,
 * survives interrupts of cells, and ends with the kernel.
 */

const { constants, setPriority } = require('node:os');

process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {});
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let last = Promise.resolve();

process.on('message', ({ number, figure, width }) => {
  last = last.then(async () => {
    const picture = await drawn(figure, width);
    process.send({ number, picture });
  });
});

async function drawn(figure, width) {
  try {
    return await require('./draw.cjs').draw(figure, width);
  } catch {
    return null;
  }
}
