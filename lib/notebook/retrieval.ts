import type { Modality } from '../config';
import type { FeatureMatrix, RetrievalSettings } from '../eval';
import { centreColumns, crossModalScores } from '../eval/protocols/crossModal';
import { UserError } from '../errors';

/** Features of both modalities of the same clips, row by row. */
export type PairedFeatures = Readonly<Record<Modality, FeatureMatrix>>;

export interface RetrieveArgs {
  /** Pairs of which the map from one modality to the other is learnt. */
  readonly learnt: PairedFeatures;
  /** Clips that are asked with, and sought among. */
  readonly sought: PairedFeatures;
  /** What is asked with; answers are of the other modality. */
  readonly from: Modality;
  /** Rows that are asked with; default: all. */
  readonly queries?: readonly number[];
  /** Answers to each; default 3. */
  readonly top?: number;
  readonly settings: Pick<RetrievalSettings, 'method' | 'ridge'>;
}

/** What was found for one query, the best first. */
export interface RetrievalAnswer {
  /** Row of the clip that was asked with. */
  readonly query: number;
  /** Place of its own other half among all, from 1. */
  readonly rank: number;
  readonly found: readonly { readonly row: number; readonly cosine: number }[];
}

/**
 * For clips known by one modality the likeliest by the other, as in the protocol of retrieval (`evaluateRetrieval`).
 *
 * @throws UserError for a query that is not there
 */
export function retrieve({
  learnt,
  sought,
  from,
  top = 3,
  settings,
  ...args
}: RetrieveArgs): RetrievalAnswer[] {
  const to = from === 'video' ? 'audio' : 'video';
  const { data, rows, columns } = crossModalScores({
    learnt: centreColumns(learnt.video, learnt.audio),
    from: { modality: from, features: sought[from] },
    to: { modality: to, features: sought[to] },
    ...settings,
  }); // [queries, answers]
  return (args.queries ?? Array.from({ length: rows }, (_, row) => row)).map((query) => {
    if (!(query >= 0 && query < rows)) {
      throw new UserError(`There is no clip ${query} to ask with; give numbers from 0 to ${rows - 1}.`);
    }
    const cosines = data.subarray(query * columns, (query + 1) * columns);
    const order = Array.from({ length: columns }, (_, row) => row).sort((a, b) => cosines[b] - cosines[a]);
    return {
      query,
      rank: order.indexOf(query) + 1,
      found: order.slice(0, top).map((row) => ({ row, cosine: cosines[row] })),
    };
  });
}
