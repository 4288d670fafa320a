import type { Source } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';

/** The line that sends a message. The API keeps secrets to itself, so the reader's shell fills the token in. */
export function curlLine({ webhook_url }: Source): string {
  return `curl -H "Authorization: Bearer $TOKEN" -d 'text=${t('source.curl.example')}' ${webhook_url ?? ''}`;
}
