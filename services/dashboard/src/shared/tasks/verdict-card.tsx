/** What triage thought, in its own words: reason first, how sure, who said it, and how it came about. */
import { ArrowRight, GraduationCap, MessageCircleQuestionMark, Sparkles, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

import type { MessageVerdict } from '@/shared/api/types';
import { languageName } from '@/shared/i18n/languages';
import { plural, t } from '@/shared/i18n/translate';

import { Confidence, percent } from './confidence';
import { CategoryDot } from './icons';
import { bareReason } from './verdict';

type How = Pick<MessageVerdict, 'category' | 'priority' | 'confidence' | 'learned' | 'embedded' | 'fallback'>;
type Word = Pick<MessageVerdict, 'category' | 'priority' | 'confidence'>;

function Line({ icon: Icon, children }: { icon: LucideIcon; children: ReactNode }) {
  return (
    <li className="flex gap-2">
      <Icon aria-hidden="true" className="mt-px size-4 shrink-0 text-faint" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 text-muted">{children}</div>
    </li>
  );
}

/** `priority` is named where it differs from the other word's. */
function Said({ word, other }: { word: Word; other: Word }) {
  return (
    <span className="inline-flex items-center whitespace-nowrap">
      <CategoryDot value={word.category} className="mr-1.5 ml-0" />
      {t(`category.${word.category}`)}
      {word.priority !== other.priority && `, ${t(`priority.${word.priority}`)}`}
      <span className="nums ml-1.5 text-faint">{percent(word.confidence)}</span>
    </span>
  );
}

function Change({ before, after }: { before: Word; after: Word }) {
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-ink">
      <Said word={before} other={after} />
      <ArrowRight role="img" aria-label={t('verdict.became')} className="size-3.5 text-faint" strokeWidth={1.75} />
      <Said word={after} other={before} />
    </p>
  );
}

function HowItCame({ how, provider }: { how: How; provider: string | null }) {
  const { learned, embedded, fallback } = how;
  if (!learned && !embedded && !fallback) return null;
  return (
    <ul className="mt-2.5 flex flex-col gap-2 border-t pt-2.5 text-xs">
      {learned && (
        <Line icon={GraduationCap}>
          {plural('verdict.learned', learned.lessons)}
          <Change before={learned.before} after={embedded ?? how} />
        </Line>
      )}
      {embedded && (
        <Line icon={MessageCircleQuestionMark}>
          {t('verdict.asked', { provider: provider ?? t('verdict.languageModel') })}
          <Change before={embedded} after={how} />
        </Line>
      )}
      {fallback && (
        <Line icon={MessageCircleQuestionMark}>
          {t('verdict.fallback')}
          <p className="text-ink [overflow-wrap:anywhere] first-letter:uppercase">{fallback.detail}</p>
        </Line>
      )}
    </ul>
  );
}

type Props = {
  reason: string | null;
  confidence: number | null;
  provider: string | null;
  language: string | null;
  /** The verdict itself, which is there a moment later than the task. */
  how?: How | undefined;
};

export function VerdictCard({ reason, confidence, provider, language, how }: Props) {
  if (reason === null && confidence === null) return null;
  const facts = [provider, language && languageName(language)].filter(Boolean).join(' · ');
  return (
    <section aria-label={t('verdict.title')} className="rounded-lg border bg-chrome/60 px-3.5 py-3">
      <div className="flex items-center gap-2">
        <Sparkles aria-hidden="true" className="size-4 shrink-0 text-accent-ink" strokeWidth={1.75} />
        <p className="font-medium">{t('verdict.title')}</p>
        {confidence !== null && <Confidence value={confidence} className="ml-auto" />}
      </div>
      {reason && <p className="mt-1.5 text-muted">{bareReason(reason, how?.fallback)}</p>}
      {facts && <p className="mt-1.5 text-xs text-faint">{facts}</p>}
      {how && <HowItCame how={how} provider={provider} />}
    </section>
  );
}
