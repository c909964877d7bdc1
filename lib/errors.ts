/**
 * An error that the user can fix. Its message is one sentence that names the file or value and the solution. Commands print
 * the message without a stack trace and exit with 1; every other error is a defect.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Something that another process is working on, and that is there when it is done. */
export class InUse extends UserError {}
