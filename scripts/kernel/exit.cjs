'use strict';

const sentence =
  'process.exit() in a cell would end the kernel with everything in it: throw an error to end the cell, or end the kernel ' +
  'with "Shut Down Kernel" in the menu.';

/**
 * Makes `process.exit()` fail in cells and in the code they call, even if that code catches the error.
 *
 * @param fail ends the running cell with an error
 * @returns the function with which the kernel itself exits
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
