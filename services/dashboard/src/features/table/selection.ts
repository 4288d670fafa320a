/** Which rows are selected, and the one that the keys are on. Pure, by the ids of what the list shows. */
export type Selection = ReadonlySet<string>;

export const none: Selection = new Set();

export function toggledRow(selection: Selection, id: string): Selection {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Adds what lies from one row to another, both included, in the order of the list. */
export function withRange(selection: Selection, ids: readonly string[], from: string, to: string): Selection {
  const [start, end] = [ids.indexOf(from), ids.indexOf(to)].sort((a, b) => a - b);
  if (start === undefined || end === undefined || start === -1) return toggledRow(selection, to);
  return new Set([...selection, ...ids.slice(start, end + 1)]);
}
