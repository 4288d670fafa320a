/** The form of a Source is drawn from the CRDs: what they say in English has its German. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';
import { parse } from 'yaml';

import { help, labels } from '@/shared/i18n/de/manifests';

type Schema = { description?: string; properties?: Record<string, Schema> };
type Crd = { spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: Schema } } } }[] } };

/** Not in the form: only a cluster understands it, or a field of its own stands for it. */
const ELSEWHERE = new Set(['podTemplate', 'tokenSecretRef', 'passwordSecretRef', 'clientSecretRef', 'refreshTokenSecretRef', 'secretRef', 'previousSecretRef', 'botTokenSecretRef', 'appTokenSecretRef', 'sourceRef']);

function* fieldsOf(schema: Schema): Generator<[string, Schema]> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (name !== 'podTemplate') yield [name, field];
    if (!ELSEWHERE.has(name)) yield* fieldsOf(field);
  }
}

const fields = ['source', 'webhook'].flatMap((name) => {
  const crd = parse(readFileSync(join('..', '..', 'crds', `${name}.yaml`), 'utf8')) as Crd;
  return crd.spec.versions.flatMap(({ schema }) => [...fieldsOf(schema.openAPIV3Schema.properties.spec)]);
});

it('has a label for each field', () => {
  const names = [...new Set(fields.map(([name]) => name))];
  expect(names.filter((name) => !labels[name])).toEqual([]);
  expect(Object.keys(labels).filter((name) => !names.includes(name) && name !== 'name')).toEqual([]);
});

it('has the help of each field, and none that nobody says any more', () => {
  const said = [...new Set(fields.flatMap(([, { description }]) => description ?? []))];
  expect(said.filter((text) => !help[text])).toEqual([]);
  expect(Object.keys(help).filter((text) => !said.includes(text))).toEqual([]);
});
