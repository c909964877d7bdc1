/** Names sorted by their edit distance to a word, closest first. */
export function byCloseness(word: string, names: readonly string[]): string[] {
  const distances = new Map(names.map((name) => [name, distance(word, name)]));
  return [...distances.keys()].sort((a, b) => distances.get(a)! - distances.get(b)!);
}

/**
 * Names that a word probably stands for: the word is a typo of the name, a part of it (`temp`, `clips`), or its initials
 * (`lr`). Empty if no name is similar.
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

/** Initials of a camel-case name, in lower case: `lr` for `learningRate`. */
function initials(name: string): string {
  return name.replace(/[^A-Z]/g, (letter, at: number) => (at === 0 ? letter : '')).toLowerCase();
}

/** True if a word is probably a typo of a name: about one letter in three may differ. */
export function isSlip(word: string, name: string): boolean {
  return distance(word.toLowerCase(), name.toLowerCase()) <= Math.max(1, name.length / 3);
}

/** Levenshtein distance of two short words. */
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
