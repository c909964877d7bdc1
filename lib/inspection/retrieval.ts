import type { Modality } from '../config';
import type { FeatureMatrix, RetrievalSettings } from '../eval';
import { centreColumns, crossModalScores } from '../eval/protocols/crossModal';
import { UserError } from '../errors';

/** Features of both modalities of the same clips, row by row. */
export type PairedFeatures = Readonly<Record<Modality, FeatureMatrix>>;

export interface RetrieveArgs {
  /** Pairs from which the map between the modalities is learnt. */
  readonly learnt: PairedFeatures;
  /** Clips that serve as queries and as candidates. */
  readonly sought: PairedFeatures;
  /** Modality of the queries; answers are in the other one. */
  readonly from: Modality;
  /** Query rows; default: all. */
  readonly queries?: readonly number[];
  /** Answers per query; default 3. */
  readonly top?: number;
  readonly settings: Pick<RetrievalSettings, 'method' | 'ridge'>;
}

/** Answers to one query, the best first. */
export interface RetrievalAnswer {
  /** Row of the query clip. */
  readonly query: number;
  /** Rank of its own counterpart among all candidates, from 1. */
  readonly rank: number;
  readonly found: readonly { readonly row: number; readonly cosine: number }[];
}

/**
 * For clips given in one modality, finds the most likely clips in the other, as in the retrieval protocol
 * (`evaluateRetrieval`).
 *
 * @throws UserError for a query that does not exist
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
