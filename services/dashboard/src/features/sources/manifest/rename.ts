/** A new channel's name stands in several places: the objects, the reference between them, the Secrets of its own. */
import type { Change, ManifestDocument } from './documents';
import type { Json, Path } from './schema';

function references(value: Json, old: string, path: Path): Path[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, held]) => {
    const at = [...path, name];
    if (/ref$/i.test(name) && typeof held === 'object' && held !== null && !Array.isArray(held) && held.name === old) return [[...at, 'name']];
    return references(held, old, at);
  });
}

export function renameAll(documents: readonly ManifestDocument[], to: string): Change[] {
  return documents.flatMap(({ name, spec }, document) =>
    [['metadata', 'name'], ...references(spec, name, ['spec'])].map((path) => ({ document, path, value: to })),
  );
}
