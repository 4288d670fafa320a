/** Which suggestion is shown, and which comes next: the rules behind j, k and "next item at once". */
type Numbered = { number: number };

/** The chosen one if it is still there; else what took its place, so that the eye stays where it was. */
export function selectedIndex(items: readonly Numbered[], chosen: number | undefined, lastIndex: number): number {
  if (items.length === 0) return -1;
  const at = items.findIndex((item) => item.number === chosen);
  return at === -1 ? Math.min(Math.max(lastIndex, 0), items.length - 1) : at;
}

/** The item to show once these have left: the next that stays, or the one before when there is none. */
export function successorOf<T extends Numbered & { id: string }>(
  items: readonly T[],
  index: number,
  leaving: ReadonlySet<string>,
): T | undefined {
  const stays = ({ id }: T) => !leaving.has(id);
  return items.slice(index + 1).find(stays) ?? items.slice(0, Math.max(0, index)).findLast(stays);
}
