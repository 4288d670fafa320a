import type { Source } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';

/** The line that sends a first message; the API's own when it gives one, because only it knows the secret. */
export function curlLine({ curl, webhook_url }: Source): string {
  if (curl) return curl;
  const body = JSON.stringify({ text: t('source.curl.example') });
  return `curl ${webhook_url ?? ''} -H 'Authorization: Bearer <token>' -H 'Content-Type: application/json' -d '${body}'`;
}
