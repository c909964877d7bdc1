import { UserError } from '../../errors';
import { baseDials, type SampleDials } from './dials';
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
 * In version 2, each class has a pitch of its own, so that the sound tells the class at once and the pictures with effort: one side
 * teaches. In version 3, either side has something to teach: the sound tells the orientation of the stripes at once, and whether
 * they are wide or narrow with effort, among unseen objects of the same pitch; in the pictures it is the other way round.
 */
const recipes: Readonly<Record<number, SampleRecipe>> = {
  2: {
    materials: materialsByPitch,
    dials: baseDials,
    unseenBeside: (material) => materialsByPitch.filter((each) => each !== material),
  },
  3: {
    materials: materialsByTimbre,
    dials: { ...baseDials, soundClutter: 0.5, pitchSpread: 0.35 },
    unseenBeside: (material) =>
      materialsByTimbre.filter((each) => each !== material && each.stripeDegrees === material.stripeDegrees),
  },
};

export const sampleVersions: readonly number[] = Object.keys(recipes).map(Number);

/** The version of sets for which none is named. */
export const usualVersion = 3;

/** Materials of the usual version. */
export const { materials } = recipes[usualVersion];

/** @throws UserError if there is no such version */
export function sampleRecipe(version: number): SampleRecipe {
  if (version in recipes) return recipes[version];
  throw new UserError(
    `There is no version ${version} of the sample set; there are ${sampleVersions.join(' and ')}.`,
  );
}
