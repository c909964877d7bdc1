'use strict';

const sentence =
  'process.exit() in a cell would end the kernel with everything in it: throw an error to end the cell, or end the kernel ' +
  'with "Shut Down Kernel" in the menu.';

/**
 * Refuses `process.exit()` to cells and what they call, also where the code catches the refusal.
 *
 * @param fail ends the running cell with an error
 * @returns how the kernel itself ends
 */
function refuseExit(fail) {
  const exit = process.exit.bind(process);
  process.exit = () => {
    const refusal = Object.assign(new Error(sentence), { name: 'UserError' });
    fail(refusal);
    throw refusal;
  };
  return exit;
}

module.exports = { refuseExit };
