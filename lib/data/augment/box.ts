/** A rectangle of whole cells: rows from `top` on, columns from `left` on. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}
