/** What to tell a person about an error: what it concerns and what to do, never a stack trace. */
import { ApiError, NetworkError } from '@/shared/api/client';
import { problemTitle, t } from '@/shared/i18n/translate';

export function explain(error: unknown): string {
  if (error instanceof ApiError) {
    const { detail, title, cure } = error.problem;
    const kind = problemTitle(title);
    return [kind && `${kind}:`, detail || title, cure].filter(Boolean).join(' ');
  }
  if (error instanceof NetworkError) return t('error.network');
  return t('error.unexpected');
}
