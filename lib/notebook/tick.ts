/**
 * Lets pending work run: messages of the front end, an interrupt, displays. TensorFlow's calls block the
 * event loop, so a loop awaits this between steps.
 */
export function tick(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
