/** Names in the order of their edit distance to a word, the closest first. */
export function byCloseness(word: string, names: readonly string[]): string[] {
  const distances = new Map(names.map((name) => [name, distance(word, name)]));
  return [...distances.keys()].sort((a, b) => distances.get(a)! - distances.get(b)!);
}

/**
 * The names that a word may well stand for: a slip for one, a part of some (`temp`, `clips`), or the
 * initials of one (`lr`). Empty where it is like none.
 */
export function likelyMeant(word: string, names: readonly string[]): string[] {
  const [close] = byCloseness(word, names);
  if (close !== undefined && isSlip(word, close)) return [close];
  const asked = word.toLowerCase().replace(/[-_]/g, '');
  if (asked.length < 2) return [];
  const holds = (name: string) =>
    name.toLowerCase().includes(asked) && (asked.length > 2 || name.startsWith(asked));
  const parts = names.filter(holds);
  return parts.length > 0 ? parts : names.filter((name) => initials(name) === asked);
}

/** Of a name in camel case, in lower case: `lr` of `learningRate`. */
function initials(name: string): string {
  return name.replace(/[^A-Z]/g, (letter, at: number) => (at === 0 ? letter : '')).toLowerCase();
}

/** Whether a word may well be a slip for a name: about one letter in three is another. */
export function isSlip(word: string, name: string): boolean {
  return distance(word.toLowerCase(), name.toLowerCase()) <= Math.max(1, name.length / 3);
}

/** Edit distance of two short words (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, change);
    }
  }
  return row[b.length];
}
