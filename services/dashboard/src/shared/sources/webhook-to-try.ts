import type { Webhook } from '@/shared/api/types';

/** The one that a newcomer is shown: it takes any text, and takes it now. */
export const webhookToTry = (webhooks: readonly Webhook[] = []) =>
  webhooks.find(({ provider, suspended }) => provider === 'generic' && !suspended) ?? webhooks[0];
