import { UserError } from '../../errors';
import { defaultDials, type SampleDials } from './dials';
import { materialsByPitch, materialsByTimbre, type Material } from './materials';

/** What a version of the sample set draws its clips from. */
export interface SampleRecipe {
  readonly materials: readonly Material[];
  /** Dials that are not given. */
  readonly dials: SampleDials;
  /** The materials whose unseen objects are heard beside an object of a given one. */
  readonly unseenBeside: (material: Material) => readonly Material[];
}

/**
 * Versions of the sample set by number. The same version, seed and dials give the same pixels and samples for ever; whatever
 * would change them is a new version.
 *
 * In version 2, each class has a pitch of its own, so that the sound tells the class at once and the pictures with effort. In
 * version 3, both are partly hard: the sound tells the period of the stripes at once, but their orientation with effort, among
 * unseen objects of the same pitch; the pictures are those of version 2, which tell the orientation more easily than the period.
 */
const recipes: Readonly<Record<number, SampleRecipe>> = {
  2: {
    materials: materialsByPitch,
    dials: defaultDials,
    unseenBeside: (material) => materialsByPitch.filter((each) => each !== material),
  },
  3: {
    materials: materialsByTimbre,
    dials: { ...defaultDials, soundClutter: 3, pitchSpread: 0.25 },
    unseenBeside: (material) =>
      materialsByTimbre.filter(
        (each) => each !== material && each.stripePeriodPixels === material.stripePeriodPixels,
      ),
  },
};

export const sampleVersions: readonly number[] = Object.keys(recipes).map(Number);

/** The version of sets for which none is named. */
export const usualVersion = 2;

/** Materials of the usual version. */
export const { materials } = recipes[usualVersion];

/** @throws UserError if there is no such version */
export function sampleRecipe(version: number): SampleRecipe {
  if (version in recipes) return recipes[version];
  throw new UserError(
    `There is no version ${version} of the sample set; there are ${sampleVersions.join(' and ')}.`,
  );
}
