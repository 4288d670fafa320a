/** The CRD's schema, as far as a form needs it, and what it says about one field. */
import { manifestHelp, manifestLabel } from '@/shared/i18n/translate';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export type Schema = {
  type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  enum?: (string | number)[];
  default?: Json;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-validations'?: { rule: string; message?: string }[];
};

export type Path = readonly string[];

export type Control = 'choice' | 'switch' | 'number' | 'lines' | 'text' | 'secret' | 'source' | 'group' | 'yaml-only';

/** One field of the form. */
export type FormField = {
  name: string;
  path: Path;
  control: Control;
  schema: Schema;
  required: boolean;
  /** It says what the object is, and stays. */
  immutable: boolean;
};

const isObject = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), value);
}

/** What only a cluster understands has no place in a form for everybody. */
const forClusters = new Set(['podTemplate']);

function controlOf(name: string, schema: Schema): Control {
  if (forClusters.has(name) || schema['x-kubernetes-preserve-unknown-fields']) return 'yaml-only';
  if (schema.enum) return 'choice';
  if (schema.type === 'boolean') return 'switch';
  if (schema.type === 'integer') return 'number';
  if (schema.type === 'array') return schema.items?.type === 'string' ? 'lines' : 'yaml-only';
  if (schema.type !== 'object') return 'text';
  const fields = Object.keys(schema.properties ?? {}).sort();
  if (fields.length === 0) return 'yaml-only';
  const names = fields.join();
  if (names === 'key,name') return 'secret';
  if (names === 'name') return 'source';
  return 'group';
}

const isImmutable = (schema: Schema) => (schema['x-kubernetes-validations'] ?? []).some(({ rule }) => rule === 'self == oldSelf');

/** What a field waits for, where only a rule of the CRD says so: the value of a field beside it. */
const conditions: Record<string, (beside: Record<string, Json>) => boolean> = {
  acceptUnverified: ({ type }) => type === 'None',
  moveTo: ({ afterFetch }) => afterFetch === 'Move',
  // Another button does it; two places for one thing would be one too many.
  suspend: () => false,
};

/** Members of a union are named like the value of `type` that asks for them. */
function isWanted(name: string, schema: Schema, value: Record<string, Json>): boolean {
  const kinds = schema.properties?.type?.enum?.map((kind) => String(kind).toLowerCase()) ?? [];
  const chosen = typeof value.type === 'string' ? value.type.toLowerCase() : '';
  if (name !== 'type' && kinds.includes(name.toLowerCase())) return chosen === name.toLowerCase();
  return conditions[name]?.(value) ?? true;
}

/** The fields of an object, in the order of the schema; of a union only the member that is chosen. */
export function fieldsOf(schema: Schema, value: Json | undefined, path: Path = []): FormField[] {
  const held = isObject(value) ? value : {};
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => isWanted(name, schema, held))
    .map(([name, field]) => ({
      name,
      path: [...path, name],
      control: controlOf(name, field),
      schema: { ...field, description: manifestHelp(field.description) },
      required: schema.required?.includes(name) ?? false,
      immutable: isImmutable(field),
    }));
}

/** What becomes of a union when another member is chosen: the others go, and the new one names a Secret if it needs one. */
export function unionChanges(schema: Schema, path: Path, chosen: string, secret: string): [Path, Json | undefined][] {
  const kinds = schema.properties?.type?.enum?.map((kind) => String(kind).toLowerCase()) ?? [];
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== 'type' && kinds.includes(name.toLowerCase()))
    .flatMap(([name, member]): [Path, Json | undefined][] => {
      if (name.toLowerCase() !== chosen.toLowerCase()) return [[[...path, name], undefined]];
      return member.properties?.secretRef ? [[[...path, name, 'secretRef'], { name: secret, key: 'secret' }]] : [];
    });
}

/** What is spelled another way than it is written in a manifest. */
const spelled: Record<string, string> = { tls: 'TLS', hmac: 'HMAC', smtp: 'SMTP', oauth2: 'OAuth 2' };

/** `tokenSecretRef` as people say it: "Token secret ref" would be a machine's word. */
export function labelOf(name: string): string {
  const known = manifestLabel(name) ?? spelled[name];
  if (known !== undefined) return known;
  const words = name
    .replace(/SecretRef$/, '')
    .replace(/^secretRef$/, 'secret')
    .replace(/Ref$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => (/^[A-Z]{2,}/.test(word) ? word : word.toLowerCase()))
    .join(' ')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
