import { UserError } from '../../errors';
import { nativeInfo } from '../native';

/** A native graph could not be built or run. `code` is TensorFlow's name for the cause. */
export class GraphError extends Error {
  override readonly name: string = 'GraphError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The machine or its TensorFlow is too small for a graph. The user can change either of them. */
export class GraphLimit extends UserError {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Converts an error of the addon to one that says what to do, if that is known. */
export function nativeError(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  if (code === undefined) return error as Error;
  const first = firstCause(message);
  if (code === 'RESOURCE_EXHAUSTED')
    return new GraphLimit(
      code,
      `There is not enough memory (${first}): choose a smaller training.batch, or more parts with training.accumulate.`,
    );
  const missing = /Op type not registered '(\w+)'|No OpKernel was registered to support Op '(\w+)'/.exec(
    message,
  );
  if (missing !== null)
    return new GraphLimit(
      code,
      `TensorFlow ${nativeInfo().tensorflow} has no op "${missing[1] ?? missing[2]}", which is needed here: use the TensorFlow that set-up installs (leave XKD_TFJS_NODE and XKD_TFJS_ADDON out and run "npm run setup").`,
    );
  if (/larger than 2\s?GB|exceeds (the )?(maximum|2\s?GB)/i.test(message))
    return new GraphLimit(
      code,
      `The graph is larger than TensorFlow takes (${first}): choose fewer blocks, or take steps op by op (--eager).`,
    );
  return new GraphError(code, `TensorFlow could not run the graph (${code}): ${first}`);
}

/** The first cause of a failure, in one line. On a GPU, where ops run concurrently, TensorFlow lists several causes. */
function firstCause(message: string): string {
  const listed = /^\d+ root error\(s\) found\.\n\s*\(0\) \w+: (.*)/.exec(message);
  return listed?.[1] ?? message.split('\n')[0];
}
