/**
 * Splits a list into groups whose sizes add up to about `most`: a group ends with the first item that reaches or
 * exceeds it.
 *
 * @returns no empty groups
 */
export function groupsBySize<T>(items: readonly T[], sizeOf: (item: T) => number, most: number): T[][] {
  const groups: T[][] = [];
  let room = 0;
  for (const item of items) {
    if (room <= 0) {
      groups.push([]);
      room = most;
    }
    groups[groups.length - 1].push(item);
    room -= sizeOf(item);
  }
  return groups;
}
