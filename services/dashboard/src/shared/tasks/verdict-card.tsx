import { Sparkles } from 'lucide-react';

import { languageName } from '@/shared/i18n/languages';
import { t } from '@/shared/i18n/translate';

import { Confidence } from './confidence';

type Props = { reason: string | null; confidence: number | null; provider: string | null; language: string | null };

/** What triage thought, in its own words: reason first, how sure, and who said it. */
export function VerdictCard({ reason, confidence, provider, language }: Props) {
  if (reason === null && confidence === null) return null;
  const facts = [provider, language && languageName(language)].filter(Boolean).join(' · ');
  return (
    <section aria-label={t('verdict.title')} className="rounded-lg border bg-chrome/60 px-3.5 py-3">
      <div className="flex items-center gap-2">
        <Sparkles aria-hidden="true" className="size-4 shrink-0 text-accent-ink" strokeWidth={1.75} />
        <p className="font-medium">{t('verdict.title')}</p>
        {confidence !== null && <Confidence value={confidence} className="ml-auto" />}
      </div>
      {reason && <p className="mt-1.5 text-muted">{reason}</p>}
      {facts && <p className="mt-1.5 text-xs text-faint">{facts}</p>}
    </section>
  );
}
