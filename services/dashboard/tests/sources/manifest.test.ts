import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { readYaml, writeYaml } from '@/features/sources/manifest/documents';
import { draftOf } from '@/features/sources/manifest/drafts';
import { renameAll } from '@/features/sources/manifest/rename';
import { fieldsOf, labelOf, unionChanges, type Schema } from '@/features/sources/manifest/schema';

/** The CRDs themselves: the form is made of nothing else. */
function schemaOf(kind: 'source' | 'webhook'): Schema {
  const crd = parse(readFileSync(join(import.meta.dirname, '../../../../crds', `${kind}.yaml`), 'utf8'), { merge: true }) as {
    spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: Schema } } } }[] };
  };
  const [version] = crd.spec.versions;
  if (!version) throw new Error('no version');
  return version.schema.openAPIV3Schema.properties.spec;
}

const source = schemaOf('source');
const webhook = schemaOf('webhook');
const documentsOf = (text: string) => {
  const { documents, error } = readYaml(text);
  if (documents === null) throw new Error(error);
  return documents;
};
const names = (schema: Schema, value: Record<string, string>) => fieldsOf(schema, value).map(({ name }) => name);

test('of a union only the chosen member is asked for', () => {
  expect(names(source, { type: 'email' })).toContain('email');
  expect(names(source, { type: 'email' })).not.toContain('telegram');
  const verification = webhook.properties?.verification ?? {};
  expect(names(verification, { type: 'HMAC' })).toEqual(['type', 'hmac']);
  expect(names(verification, { type: 'None' })).toEqual(['type', 'acceptUnverified']);
});

test('each field gets the control of its type, and what never changes is marked', () => {
  const controls = Object.fromEntries(fieldsOf(source, { type: 'slack' }).map(({ name, control }) => [name, control]));
  expect(controls).toMatchObject({ type: 'choice', replicas: 'number', slack: 'group', podTemplate: 'yaml-only' });
  const slack = fieldsOf(source.properties?.slack ?? {}, {}, ['slack']);
  expect(slack.map(({ name, control }) => [name, control])).toEqual([
    ['mode', 'choice'],
    ['botTokenSecretRef', 'secret'],
    ['appTokenSecretRef', 'secret'],
    ['channels', 'lines'],
  ]);
  expect(fieldsOf(source, {}).filter(({ immutable }) => immutable).map(({ name }) => name)).toEqual(['type']);
});

test('every field has a word of help, so that nobody needs the documentation', () => {
  for (const schema of [source, webhook]) {
    for (const { name, schema: field } of fieldsOf(schema, {})) expect(field.description, name).toBeTruthy();
  }
});

test('labels are words', () => {
  expect(['botTokenSecretRef', 'allowedCIDRs', 'dropAutoReplies', 'redactPII', 'sourceRef', 'tokenURL'].map(labelOf)).toEqual([
    'Bot token',
    'Allowed CIDRs',
    'Drop auto replies',
    'Redact PII',
    'Source',
    'Token URL',
  ]);
});

test('what the form writes the YAML says, and the other way round; comments stay', () => {
  const text = draftOf('webhook', 'inbox').replace('kind: Webhook', 'kind: Webhook # ours');
  const written = writeYaml(text, [
    { document: 0, path: ['spec', 'triage', 'autonomy'], value: 'Auto' },
    { document: 1, path: ['spec', 'limits', 'perSecond'], value: 5 },
  ]);
  expect(documentsOf(written).map(({ spec }) => spec)).toMatchObject([{ triage: { autonomy: 'Auto' } }, { limits: { perSecond: 5 } }]);
  expect(written).toContain('# ours');
  const back = writeYaml(written, [
    { document: 0, path: ['spec', 'triage', 'autonomy'], value: undefined },
    { document: 1, path: ['spec', 'limits', 'perSecond'], value: undefined },
  ]);
  expect(documentsOf(back)).toEqual(documentsOf(text));
});

test('another member of the union takes the place of the one before', () => {
  const verification = webhook.properties?.verification ?? {};
  const text = draftOf('webhook', 'inbox');
  const gone = unionChanges(verification, ['verification'], 'HMAC', 'inbox').map(([path, value]) => ({ document: 1, path: ['spec', ...path], value }));
  const [, hook] = documentsOf(writeYaml(text, [...gone, { document: 1, path: ['spec', 'verification', 'type'], value: 'HMAC' }]));
  expect(hook?.spec).toMatchObject({ verification: { type: 'HMAC', hmac: { secretRef: { name: 'inbox', key: 'secret' } } } });
  expect(JSON.stringify(hook?.spec)).not.toContain('token');
});

test('a name stands everywhere that it means the channel', () => {
  const text = draftOf('webhook', 'webhook');
  const renamed = documentsOf(writeYaml(text, renameAll(documentsOf(text), 'shop')));
  expect(renamed.map(({ name }) => name)).toEqual(['shop', 'shop']);
  expect(renamed[1]?.spec).toMatchObject({ sourceRef: { name: 'shop' }, verification: { token: { secretRef: { name: 'shop', key: 'token' } } } });
});

test('YAML that cannot be read says so and loses nothing', () => {
  expect(readYaml('a: [').error).toBeTruthy();
  expect(readYaml('').documents).toEqual([]);
});
