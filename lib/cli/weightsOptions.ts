import { InvalidArgumentError, type Command } from 'commander';
import type { WeightsArgs } from '../weights';

/** Values of the options in this file. */
export interface WeightsFlags {
  readonly stateDict?: string;
  readonly interpolatePositions?: boolean;
  readonly positionGrid?: readonly (readonly number[])[];
}

/** Adds the option that selects one of several sets of weights in a file. */
export function stateDictOption(command: Command): Command {
  return command.option(
    '--state-dict <name>',
    'which weights of a file that holds several sets, such as teacher (without it the message lists them)',
  );
}

/** Adds the options for reading weight files. */
export function weightsOptions(command: Command): Command {
  return stateDictOption(command)
    .option(
      '--interpolate-positions',
      'fit positions of another number of frames, size or bands to the configuration',
    )
    .option(
      '--position-grid <sizes>',
      "patches of the file's positions, where it does not tell: 8x14x14 (video) or 20x28 (audio); again for the other",
      (text: string, before: readonly (readonly number[])[] | undefined) => [
        ...(before ?? []),
        parseGrid(text),
      ],
    );
}

/** Converts the options; messages go to stderr. */
export function weightsArgs({ stateDict, interpolatePositions, positionGrid }: WeightsFlags): WeightsArgs {
  const report = (sentence: string) => process.stderr.write(`xkd: ${sentence}\n`);
  // A grid is only given for interpolation.
  const interpolates = interpolatePositions ?? positionGrid !== undefined;
  return { stateDict, interpolatePositions: interpolates, positionGrids: positionGrid, report };
}

function parseGrid(text: string): readonly number[] {
  if (!/^[1-9]\d{0,5}(x[1-9]\d{0,5}){1,2}$/.test(text)) {
    throw new InvalidArgumentError(
      'Give frames, height and width such as 8x14x14, or bands and columns such as 20x28.',
    );
  }
  return text.split('x').map(Number);
}
