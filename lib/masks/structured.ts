import { type MaskKind, type TokenGrid, sortedBy } from './kind';

/*
 * T temporal positions or columns, F rows of mel bands, L tokens. A group of tokens (a tube, a column, a row) is sorted by
 * the lowest noise of its tokens, so that all orders of the groups are equally likely.
 */

/**
 * Tube masking (VideoMAE, Tong et al. 2022): the same patches are removed in all temporal positions. Whole tubes are kept,
 * `round(h w (1 - ratio))` of them. VideoMAE rounds the number of removed tubes down instead.
 */
export const tube = wholeGroups({
  removes: 'the same patches at all times',
  together: ([frames]) => frames,
  groupOf: (token, [, height, width]) => token % (height * width),
});

/** Time masking (AudioMAE, Huang et al. 2022, section 3): removes whole columns, i.e. all bands at one time. */
export const time = wholeGroups({
  removes: 'whole columns, all bands at a time',
  together: ([bands]) => bands,
  groupOf: columnOf,
});

/** Frequency masking (AudioMAE, section 3): removes whole rows, i.e. one band at all times. */
export const frequency = wholeGroups({
  removes: 'whole rows, a band at all times',
  together: ([, columns]) => columns,
  groupOf: rowOf,
});

/**
 * Time and frequency masking (AudioMAE, section 3): removes rows and columns. AudioMAE has a ratio for each axis and keeps
 * `floor(T (1 - ratioT)) floor(F (1 - ratioF))` tokens, those of kept columns in kept rows. Here there is one ratio: rows
 * and columns are removed in turn, so that the same share of both is kept, until one more line would leave fewer tokens
 * than `round(L (1 - ratio))`. Of that line, only the tokens of highest noise are removed, as many as needed for the exact
 * number.
 */
export const timeFrequency: MaskKind = {
  removes: 'rows and columns',
  together: () => 1,
  order(noise, grid) {
    const [bands, columns] = grid;
    const columnPlaces = placesOfGroups(noise, (token) => columnOf(token, grid));
    const rowPlaces = placesOfGroups(noise, (token) => rowOf(token, grid));
    // Share of its axis that a line makes up together with all lines kept before it, times 2 F T. Rows get 1 more, so that
    // no two shares are equal.
    const columnShare = (token: number) => 2 * bands * (columnPlaces[token] + 1);
    const rowShare = (token: number) => 2 * columns * (rowPlaces[token] + 1) + 1;
    // A token is kept as long as both of its lines are.
    const shares = Int32Array.from(noise, (_, token) => Math.max(columnShare(token), rowShare(token)));
    return sortedBy(shares, noise);
  },
};

interface Groups extends Omit<MaskKind, 'order'> {
  /** Group of a token, from 0. */
  groupOf(token: number, grid: TokenGrid): number;
}

function wholeGroups({ removes, together, groupOf }: Groups): MaskKind {
  const order = (noise: Float32Array, grid: TokenGrid) =>
    sortedBy(placesOfGroups(noise, (token) => groupOf(token, grid)));
  return { removes, together, order };
}

/** Rank of each token's group when groups are sorted by their lowest noise: `[L]`. */
function placesOfGroups(noise: Float32Array, groupOf: (token: number) => number): Int32Array {
  const places = new Map<number, number>();
  for (const token of sortedBy(noise)) {
    const group = groupOf(token);
    if (!places.has(group)) places.set(group, places.size);
  }
  return Int32Array.from(noise, (_, token) => places.get(groupOf(token))!);
}

function columnOf(token: number, [, columns]: TokenGrid): number {
  return token % columns;
}

function rowOf(token: number, [, columns]: TokenGrid): number {
  return Math.floor(token / columns);
}
