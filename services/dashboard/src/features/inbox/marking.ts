/** Which suggestions are marked for one decision: pure rules behind x, Shift and the long press. */
export type Marks = ReadonlySet<string>;

export const noMarks: Marks = new Set();

type Item = { id: string };

export function toggled(marks: Marks, { id }: Item): Marks {
  const next = new Set(marks);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Everything from one place to another, both included, besides what is marked. */
export function extended(marks: Marks, items: readonly Item[], from: number, to: number): Marks {
  const [first, last] = from < to ? [from, to] : [to, from];
  return new Set([...marks, ...items.slice(Math.max(0, first), last + 1).map(({ id }) => id)]);
}

/** The marked ones that are still there, in the list's order. */
export const markedOf = <T extends Item>(items: readonly T[], marks: Marks): T[] =>
  marks.size === 0 ? [] : items.filter(({ id }) => marks.has(id));
