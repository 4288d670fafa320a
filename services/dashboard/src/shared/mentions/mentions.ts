/** `@Name` in notes: found the same way as the API does it, and completed while one types. */
const escape = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Finds `@` and one of these names, the longest first; null when there are none. `@Ann` is not `@Annette`. */
export function mentionPattern(names: readonly string[]): RegExp | null {
  if (names.length === 0) return null;
  const listed = names.toSorted((a, b) => b.length - a.length).map(escape).join('|');
  return new RegExp(`(?<![\\p{L}\\p{N}_])@(?:${listed})(?![\\p{L}\\p{N}_])`, 'giu');
}

export type Typing = { /** Where its `@` stands. */ start: number; query: string };

/** The mention that is being typed where the caret stands; null when none is. */
export function typingMention(text: string, caret: number): Typing | null {
  const found = /(?:^|[\s(])@([\p{L}\p{N}][\p{L}\p{N} .'-]{0,40}|)$/u.exec(text.slice(0, caret));
  return found ? { start: caret - (found[1] ?? '').length - 1, query: (found[1] ?? '').toLowerCase() } : null;
}

const MOST = 6;

/** Members whose name, or a word of it, begins like this; what is written out already needs no help. */
export function matching<T extends { name: string }>(members: readonly T[], query: string): T[] {
  const begins = (name: string) => name.startsWith(query) || name.split(/\s+/).some((word) => word.startsWith(query));
  return members.filter(({ name }) => begins(name.toLowerCase()) && name.toLowerCase() !== query.trimEnd()).slice(0, MOST);
}
