import { formatPercent, t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

/** A model is never sure: what rounds to 100 is shown as 99. */
export const percent = (value: number) => formatPercent(Math.min(0.99, value));

/** How sure triage is, as a calm bar: length, one colour, and the number. */
export function Confidence({ value, className }: { value: number; className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-2', className)}>
      <span
        role="meter"
        aria-label={t('property.confidence')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(value * 100)}
        className="block h-1 w-16 overflow-hidden rounded-full bg-pressed"
      >
        <span className="block h-full rounded-full bg-accent" style={{ width: `${Math.min(0.99, value) * 100}%` }} />
      </span>
      <span className="nums text-muted">{percent(value)}</span>
    </span>
  );
}
