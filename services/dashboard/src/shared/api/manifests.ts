/** Queries and calls about Sources and Webhooks as manifests, their Secrets, and the sample data. */
import { queryOptions } from '@tanstack/react-query';

import { api, apiText } from './client';
import { keys } from './keys';
import type {
  AppliedManifest,
  DeletedManifests,
  ManifestSchemas,
  Page,
  Rotated,
  Samples,
  SecretNames,
  TestOutcome,
  Webhook,
} from './types';

/** A Source or a Webhook by its name. */
export type ManifestName = { kind: 'sources' | 'webhooks'; namespace: string; name: string };

const path = ({ kind, namespace, name }: ManifestName) =>
  `/manifests/${kind}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

export const webhooksQuery = queryOptions({
  queryKey: keys.webhooks,
  queryFn: async ({ signal }) => (await api<Page<Webhook>>('/webhooks', { signal })).items,
});

export const schemasQuery = queryOptions({
  queryKey: keys.schemas,
  queryFn: ({ signal }) => api<ManifestSchemas>('/manifests/schemas', { signal }),
  staleTime: Infinity,
});

export const secretsQuery = queryOptions({
  queryKey: keys.secrets,
  queryFn: async ({ signal }) => (await api<Page<SecretNames>>('/secrets', { signal })).items,
  staleTime: 0,
});

/** A Source comes with its Webhooks. */
export const manifestQuery = (name: ManifestName) =>
  queryOptions({
    queryKey: keys.manifest(path(name)),
    queryFn: ({ signal }) => apiText(path(name), { signal }),
    staleTime: 0,
  });

export const samplesQuery = queryOptions({
  queryKey: keys.samples,
  queryFn: ({ signal }) => api<Samples>('/samples', { signal }),
});

export const applyManifests = (yaml: string, { dryRun = false } = {}) =>
  api<AppliedManifest[]>('/manifests', { method: 'PUT', yaml, query: dryRun ? { dry_run: true } : {} });

export const deleteManifest = (name: ManifestName) =>
  api<DeletedManifests>(path(name), { method: 'DELETE', query: name.kind === 'sources' ? { cascade: true } : {} });

export const suspendManifest = (name: ManifestName, suspended: boolean) =>
  api<AppliedManifest>(`${path(name)}/${suspended ? 'suspend' : 'resume'}`, { method: 'POST' });

export const storeSecret = (namespace: string, name: string, key: string, value: string) =>
  api<undefined>(`/secrets/${[namespace, name, key].map(encodeURIComponent).join('/')}`, { method: 'PUT', body: { value } });

type Named = { namespace: string; name: string };

export const testWebhook = ({ namespace, name }: Named, text?: string) =>
  api<TestOutcome>(`/webhooks/${namespace}/${name}/test`, { method: 'POST', body: text ? { text } : {} });

/** Waits for the Source's process to say something anew. */
export const testSource = ({ namespace, name }: Named) =>
  api<{ ok: boolean; detail: string }>(`/sources/${namespace}/${name}/test`, { method: 'POST' });

export const rotateSecret = ({ namespace, name }: Named, graceSeconds: number) =>
  api<Rotated>(`/webhooks/${namespace}/${name}/rotate`, { method: 'POST', body: { grace_seconds: graceSeconds } });

export const endRotation = ({ namespace, name }: Named) =>
  api<Webhook>(`/webhooks/${namespace}/${name}/end-rotation`, { method: 'POST' });

export const addSamples = () => api<Samples>('/samples', { method: 'POST' });
export const removeSamples = () => api<{ messages: number }>('/samples', { method: 'DELETE' });
