/**
 * A mistake or circumstance that the user can mend: one sentence that names the file or value and the way
 * out. Commands print its message without a stack trace and exit with 1; every other error is a defect.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
