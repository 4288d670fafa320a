/** Which suggestion is shown, and which comes next: the rules behind j, k and "next item at once". */
type Numbered = { number: number };

/** The chosen one if it is still there; else what took its place, so that the eye stays where it was. */
export function selectedIndex(items: readonly Numbered[], chosen: number | undefined, lastIndex: number): number {
  if (items.length === 0) return -1;
  const at = items.findIndex((item) => item.number === chosen);
  return at === -1 ? Math.min(Math.max(lastIndex, 0), items.length - 1) : at;
}

/** The item to show once the one at `index` has left: the next, or the one before when it was the last. */
export function successor<T extends Numbered>(items: readonly T[], index: number): T | undefined {
  return items[index + 1] ?? items[index - 1];
}
