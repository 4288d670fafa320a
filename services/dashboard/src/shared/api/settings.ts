/** Queries and calls about what is set: members, tokens, models, how far triage goes, and what one is told. */
import { queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { keys } from './keys';
import type {
  AppliedManifest,
  Autonomy,
  LinkCode,
  LoginLink,
  Member,
  MemberDraft,
  MemberPatch,
  NewToken,
  NotificationPatch,
  NotificationSettings,
  ProviderList,
  ProviderTrial,
  Role,
  Token,
} from './types';

export const createMember = (draft: MemberDraft) => api<Member>('/members', { method: 'POST', body: draft });
export const changeMember = (id: string, patch: MemberPatch) => api<Member>(`/members/${id}`, { method: 'PATCH', body: patch });
export const removeMember = (id: string) => api<undefined>(`/members/${id}`, { method: 'DELETE' });
export const makeLoginLink = (id: string) => api<LoginLink>(`/members/${id}/login-link`, { method: 'POST' });

export const tokensQuery = queryOptions({
  queryKey: keys.tokens,
  queryFn: ({ signal }) => api<Token[]>('/tokens', { signal }),
  staleTime: 0,
});

export const makeToken = (name: string, role: Role) => api<NewToken>('/tokens', { method: 'POST', body: { name, role } });
export const revokeToken = (id: string) => api<undefined>(`/tokens/${id}`, { method: 'DELETE' });

export const providersQuery = queryOptions({
  queryKey: keys.providers,
  queryFn: ({ signal }) => api<ProviderList>('/providers', { signal }),
});

export const tryProvider = (name: string) => api<ProviderTrial>(`/providers/${encodeURIComponent(name)}/test`, { method: 'POST' });

type Named = { namespace: string; name: string };

export const setAutonomy = ({ namespace, name }: Named, autonomy: Autonomy, threshold?: number) =>
  api<AppliedManifest>(`/sources/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/autonomy`, {
    method: 'PUT',
    body: { autonomy, auto_threshold: threshold },
  });

export const makeLinkCode = () => api<LinkCode>('/me/identities/codes', { method: 'POST', body: { kind: 'telegram' } });

export const notificationsQuery = queryOptions({
  queryKey: keys.notifications,
  queryFn: ({ signal }) => api<NotificationSettings>('/me/notifications', { signal }),
});

export const changeNotifications = (patch: NotificationPatch) =>
  api<NotificationSettings>('/me/notifications', { method: 'PATCH', body: patch });
