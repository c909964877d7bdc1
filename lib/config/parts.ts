import { type LossConfig, type LossSource, type TermName, termRow } from './lossTable';
import { modalities, type Modality } from './schema';
import { usedTerms } from './lossLookups';

/** Parts of the method that contribute to the loss of a configuration. */
export interface UsedParts {
  /** Terms in the total, in the order of the table. */
  readonly terms: readonly TermName[];
  /** Modalities whose masked patches are reconstructed. */
  readonly reconstructed: readonly Modality[];
  /** Students whose patch means of the masked global view are compared. */
  readonly features: readonly Modality[];
  /** Students that receive gradients through their head. */
  readonly throughHead: readonly Modality[];
  /** True if any student learns. */
  readonly students: boolean;
  /** True if the students' heads and local views are needed. */
  readonly heads: boolean;
  /** True if the teachers are run. */
  readonly teachers: boolean;
}

/** Determines the parts in use from the losses' weights and selections. */
export function usedParts(config: LossConfig): UsedParts {
  const terms = usedTerms(config);
  const sources = new Set<LossSource>(terms.flatMap((term) => termRow(term).from));
  const throughHead = modalities.filter((modality) => sources.has(`${modality}Head`));
  return {
    terms,
    reconstructed: modalities.filter((modality) => sources.has(`${modality}Decoder`)),
    features: modalities.filter((modality) => sources.has(`${modality}Features`)),
    throughHead,
    students: [...sources].some((source) => source !== 'teachers'),
    heads: throughHead.length > 0,
    teachers: sources.has('teachers'),
  };
}
