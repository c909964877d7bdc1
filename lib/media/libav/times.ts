/** Times that differ by less are considered equal [s]. */
export const sameTime = 1e-6;
