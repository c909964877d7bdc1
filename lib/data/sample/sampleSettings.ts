import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors';
import { wrongValue } from '../../wrongValue';
import { baseDials, dialsSchema, type SampleDials } from './dials';
import { sampleRecipe, usualVersion } from './versions';

export const defaultTrainClips = 1600;
export const defaultTestClips = 400;

const settingsSchema = z.strictObject({
  version: z.number().int(),
  seed: z.number().int().nonnegative(),
  train: z.number().int().min(1).max(99999),
  test: z.number().int().min(0).max(99999),
  dials: dialsSchema,
});

/** Everything that determines the content of a sample set; stored in its `settings.json`. */
export type SampleSettings = Readonly<z.infer<typeof settingsSchema>>;

export interface SettingsArgs {
  readonly version?: number;
  readonly seed?: number;
  readonly train?: number;
  readonly test?: number;
  readonly dials?: Partial<SampleDials>;
}

/** @throws UserError naming the value that is out of range or the dial that does not exist */
export function sampleSettings(args: SettingsArgs): SampleSettings {
  const { version = usualVersion, seed = 0, train = defaultTrainClips, test = defaultTestClips } = args;
  const dials = { ...sampleRecipe(version).dials, ...args.dials };
  const value = { version, seed, train, test, dials };
  const result = settingsSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(baseDials).join(', ');
    throw new UserError(`There is no dial "${issue.keys[0]}"; the dials are ${known}.`);
  }
  const { sentence } = wrongValue(result.error, value);
  throw new UserError(`${sentence.replace(/^dials\./, '')}.`);
}

export function writtenSettings(settings: SampleSettings): string {
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** The settings stored in a folder; null if it has no readable ones. */
export function readSettings(folder: string): SampleSettings | null {
  try {
    const result = settingsSchema.safeParse(JSON.parse(readFileSync(join(folder, settingsFile), 'utf8')));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

/**
 * Content of a folder: nothing, a complete set with these settings, or one with other settings.
 *
 * @throws UserError if it holds something else
 */
export function inspectFolder(folder: string, settings: SampleSettings): 'empty' | 'same' | 'other' {
  if (!existsSync(folder)) return 'empty';
  const found = readSettings(folder);
  if (found) return writtenSettings(found) === writtenSettings(settings) ? 'same' : 'other';
  if (isEmptyFolder(folder)) return 'empty';
  throw new UserError(
    `"${folder}" already exists and is not a sample set; choose another folder with --out.`,
  );
}

/** The first setting in which two sets differ, in words. */
export function settingsDifference(found: SampleSettings, wanted: SampleSettings): string {
  const flat = ({ dials, ...rest }: SampleSettings): [string, unknown][] =>
    Object.entries({ ...rest, ...dials });
  const there = new Map(flat(found));
  const [name, value] = flat(wanted).find(([key, wantedValue]) => there.get(key) !== wantedValue)!;
  return `${name} ${String(there.get(name))}, not ${String(value)}`;
}

export const settingsFile = 'settings.json';

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}
