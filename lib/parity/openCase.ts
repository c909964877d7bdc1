import { UserError } from '../errors';
import { type SafetensorsReader, lookAt, openSafetensors, readJson } from '../files';
import { type Engine, eagerEngine } from '../train/engine/engine';
import { GoldenCase, caseSchema } from './goldenCase';
import { type ParityReport, replayCase } from './parity';

/** Opens `PREFIX.json` and `PREFIX.safetensors`. */
export function openGoldenCase(prefix: string): GoldenCase<SafetensorsReader> {
  const path = `${prefix}.json`;
  if (lookAt(path) === null)
    throw new UserError(`There is no recorded case "${path}"; give its path without ".json".`);
  const file = readJson(
    path,
    caseSchema,
    (wrong) => `"${path}" is not a recorded case (${wrong}); copy it again.`,
  );
  return new GoldenCase(prefix, file, openSafetensors(`${prefix}.safetensors`));
}

/**
 * Replays a recorded run from its files, see {@link replayCase}.
 *
 * @param prefix path of `PREFIX.json` and `PREFIX.safetensors`
 * @param engine executes the steps; op by op by default
 */
export async function runParity(prefix: string, engine: Engine = eagerEngine): Promise<ParityReport> {
  const golden = openGoldenCase(prefix);
  try {
    return await replayCase(golden, engine);
  } finally {
    golden.tensors.close();
  }
}
