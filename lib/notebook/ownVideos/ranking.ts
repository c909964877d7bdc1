import type { Modality } from '../../config';
import { normaliseRows, type ClipFeatures, type FeatureMatrix } from '../../eval';
import { centreColumns, crossModalScores } from '../../eval/protocols/crossModal';

/** A row that was found, and how well it matches. */
export interface Match {
  readonly row: number;
  /** From -1 to 1. */
  readonly cosine: number;
}

/**
 * Rows sorted by decreasing cosine similarity to one of them, after subtracting the mean; the row itself is
 * left out.
 */
export function nearestRows(features: FeatureMatrix, row: number): Match[] {
  const { data, rows, columns } = features;
  const means = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) means[i % columns] += data[i] / rows;
  const centred = normaliseRows({ ...features, data: data.map((value, i) => value - means[i % columns]) });
  const cosine = (other: number): number => {
    let sum = 0;
    for (let j = 0; j < columns; j++)
      sum += centred.data[row * columns + j] * centred.data[other * columns + j];
    return sum;
  };
  return sorted(Array.from({ length: rows }, (_, other) => cosine(other))).filter(
    (match) => match.row !== row,
  );
}

export interface CrossModalRowsArgs {
  /** Pairs from which the map between the modalities is learnt. */
  readonly learnt: ClipFeatures;
  /** Clips to search. */
  readonly among: ClipFeatures;
  /** Modality of the given clip; the search is in the other one. */
  readonly from: Modality;
  readonly row: number;
}

/**
 * Rows of the other modality, from the best match to the worst, as ranked by the retrieval protocol with its
 * defaults.
 */
export function crossModalRows({ learnt, among, from, row }: CrossModalRowsArgs): Match[] {
  const to = from === 'video' ? 'audio' : 'video';
  const given = among.features[from]!;
  const { columns } = given;
  const one = { data: given.data.slice(row * columns, (row + 1) * columns), rows: 1, columns };
  const { data } = crossModalScores({
    learnt: centreColumns(learnt.features.video!, learnt.features.audio!),
    from: { modality: from, features: one },
    to: { modality: to, features: among.features[to]! },
    method: 'ridge',
    ridge: 0.1,
  });
  return sorted([...data]);
}

function sorted(cosines: readonly number[]): Match[] {
  return cosines.map((cosine, row) => ({ row, cosine })).sort((a, b) => b.cosine - a.cosine || a.row - b.row);
}
