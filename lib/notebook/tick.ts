/**
 * Lets everything that waits have its turn: messages of the front end, an interrupt, displays. TensorFlow's
 * calls keep the process busy, so a loop awaits this between steps.
 */
export function tick(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
