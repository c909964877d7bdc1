import { UserError } from '../errors';
import { type SafetensorsReader, lookAt, openSafetensors, readJson } from '../files';
import type { World } from '../ranks';
import type { RankPlace } from '../tensor/collectives';
import { connectRanks } from '../tensor/connectRanks';
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
 * @param world processes that replay it together, each with its share of the clips; default: this one alone
 */
export async function runParity(
  prefix: string,
  engine: Engine = eagerEngine,
  world: World | null = null,
): Promise<ParityReport> {
  const golden = openGoldenCase(prefix);
  try {
    return await replayCase(golden, engine, world && placeIn(world, golden));
  } finally {
    golden.tensors.close();
  }
}

function placeIn(world: World, { batch, config, prefix }: GoldenCase): RankPlace {
  if (batch % world.size !== 0)
    throw new UserError(
      `"${prefix}" has ${batch} clips in a step, which cannot be divided evenly among ${world.size} processes: choose a divisor.`,
    );
  connectRanks(world.functions);
  return { index: world.rank, count: world.size, ...config.distributed };
}
