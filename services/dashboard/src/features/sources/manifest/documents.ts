/**
 * The YAML is the one truth of the editor: the form shows what it says and writes into it, so both are always equal.
 * What a person wrote beside it, comments and order, stays.
 */
import { isMap, parseAllDocuments, type Document } from 'yaml';

import type { Json, Path } from './schema';

export type ManifestDocument = { kind: string; namespace: string; name: string; spec: Json };

export type Reading = { documents: ManifestDocument[]; error: null } | { documents: null; error: string };

function parse(text: string): Document[] {
  const parsed = parseAllDocuments(text);
  return 'empty' in parsed ? [] : parsed.filter((document) => document.contents !== null);
}

/** Reads the YAML; an error says where. */
export function readYaml(text: string): Reading {
  const documents = parse(text);
  const wrong = documents.flatMap((document) => document.errors)[0];
  if (wrong) return { documents: null, error: wrong.message.split('\n')[0] ?? wrong.message };
  if (documents.some((document) => !isMap(document.contents))) return { documents: null, error: '' };
  const read = documents.map((document): ManifestDocument => {
    const { kind, metadata, spec } = document.toJS() as { kind?: unknown; metadata?: { namespace?: unknown; name?: unknown }; spec?: Json };
    const word = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
    return {
      kind: word(kind, ''),
      namespace: word(metadata?.namespace, 'default'),
      name: word(metadata?.name, ''),
      spec: spec ?? {},
    };
  });
  return { documents: read, error: null };
}

/** A change of one place of one document; `undefined` takes it away. */
export type Change = { document: number; path: Path; value: Json | undefined };

function put(document: Document, path: Path, value: Json | undefined): void {
  if (value !== undefined) {
    document.setIn(path, value);
    return;
  }
  document.deleteIn(path);
  // An object that says nothing any more goes too.
  for (let depth = path.length - 1; depth > 1; depth -= 1) {
    const above = document.getIn(path.slice(0, depth));
    if (!isMap(above) || above.items.length > 0) break;
    document.deleteIn(path.slice(0, depth));
  }
}

/** Writes changes into YAML that can be read. */
export function writeYaml(text: string, changes: readonly Change[]): string {
  const documents = parse(text);
  for (const { document, path, value } of changes) {
    const target = documents[document];
    if (target) put(target, path, value);
  }
  return documents.map((document) => document.toString({ lineWidth: 0 }).replace(/^---\n/, '').replace(/\n?$/, '\n')).join('---\n');
}
