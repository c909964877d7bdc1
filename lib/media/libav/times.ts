/** Times that differ by less are the same [s]. */
export const sameTime = 1e-6;
