import assert from 'node:assert/strict';
import { UserError } from 'xkd';

/** For `assert.throws` and `assert.rejects`: accepts a user error whose message matches all of these. */
export function userError(...messages: readonly RegExp[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UserError, String((error as Error).stack));
    for (const message of messages) assert.match(error.message, message);
    return true;
  };
}
