/** The ledger in one line, always in sight: nothing is lost, and here is the proof. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck } from 'lucide-react';

import { ledgerQuery } from '@/shared/api/system';
import { plural, t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

export function BalanceLine() {
  const ledger = useQuery(ledgerQuery);
  if (!ledger.data) return <div className="h-[46px]" />;
  const { balanced, received } = ledger.data;
  const Icon = balanced ? CircleCheck : CircleAlert;
  return (
    <Link
      to="/ledger"
      className="flex items-center gap-2.5 rounded-md px-2 py-1 text-xs transition-colors duration-100 hoverable:bg-pressed/60"
    >
      <Icon aria-hidden="true" className={cn('size-4 shrink-0', balanced ? 'text-green' : 'text-red')} strokeWidth={1.75} />
      <span className="min-w-0">
        <span className="nums block truncate text-ink">{plural('balance.received', received)}</span>
        <span className={cn('block truncate', balanced ? 'text-faint' : 'text-red')}>
          {t(balanced ? 'balance.ok' : 'balance.open')}
        </span>
      </span>
    </Link>
  );
}
