/** A rectangle of whole cells: rows start at `top`, columns at `left`. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}
