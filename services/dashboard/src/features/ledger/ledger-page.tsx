/** The promise made visible: every message that was accepted is somewhere, and the sum says so. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, Scale } from 'lucide-react';
import { Fragment } from 'react';

import { ledgerQuery } from '@/shared/api/system';
import type { BusProof, Ledger } from '@/shared/api/types';
import { formatNumber, t } from '@/shared/i18n/translate';
import { BalanceBar, parts } from '@/shared/ledger/balance-bar';
import { cn } from '@/shared/ui/cn';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/states';

import { SourceTable } from './source-table';

function Equation({ ledger }: { ledger: Ledger }) {
  const number = 'nums block text-xl font-semibold tracking-tight md:text-2xl';
  const word = 'flex items-center gap-1.5 text-muted';
  return (
    <div className="grid grid-cols-2 gap-x-5 gap-y-5 md:flex md:items-end md:gap-x-7">
      <Link to="/messages" className="rounded-md max-md:col-span-2">
        <span className={number}>{formatNumber(ledger.received)}</span>
        <span className={word}>{t('ledger.received')}</span>
      </Link>
      {parts.map(({ name, state, color }, index) => (
        <Fragment key={name}>
          <span aria-hidden="true" className="pb-6 text-lg text-faint max-md:hidden">
            {index === 0 ? '=' : '+'}
          </span>
          <span className="sr-only">{t(index === 0 ? 'ledger.equals' : 'ledger.plus')}</span>
          <Link to="/messages" search={{ state }} className="rounded-md">
            <span className={number}>{formatNumber(ledger[name])}</span>
            <span className={word}>
              <span aria-hidden="true" className={cn('size-2 rounded-full', color)} />
              {t(`ledger.${name}`)}
            </span>
          </Link>
        </Fragment>
      ))}
    </div>
  );
}

function Facts({ bus }: { bus: BusProof }) {
  const facts = [
    { label: 'ledger.bus.accepted', value: bus.accepted },
    { label: 'ledger.bus.recorded', value: bus.recorded },
    { label: 'ledger.bus.replayed', value: bus.replayed },
    { label: 'ledger.bus.removed', value: bus.removed },
    { label: 'ledger.bus.inFlight', value: bus.in_flight },
    { label: 'ledger.bus.lost', value: bus.lost },
  ] as const;
  return (
    <dl className="mt-2 grid grid-cols-2 gap-px overflow-hidden rounded-xl border bg-line md:grid-cols-6">
      {facts.map(({ label, value }) => (
        <div key={label} className="flex flex-col-reverse bg-surface px-4 py-3">
          <dt className="text-xs text-faint">{t(label)}</dt>
          <dd className={cn('nums text-lg font-semibold', label === 'ledger.bus.lost' && value > 0 && 'text-red')}>
            {formatNumber(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Proof({ ledger: { bus, bus_error: error } }: { ledger: Ledger }) {
  return (
    <section aria-labelledby="proof" className="flex flex-col gap-2">
      <h2 id="proof" className="text-base font-semibold">
        {t('ledger.bus.title')}
      </h2>
      <p className="max-w-2xl text-muted">{t('ledger.bus.detail')}</p>
      {bus ? (
        <Facts bus={bus} />
      ) : (
        <p className="mt-2 rounded-lg bg-amber-soft px-3 py-2 text-amber">{error ?? t('ledger.bus.silent')}</p>
      )}
    </section>
  );
}

function Verdict({ balanced }: { balanced: boolean }) {
  const Icon = balanced ? CircleCheck : CircleAlert;
  return (
    <p className={cn('flex items-center gap-2 font-medium', balanced ? 'text-green' : 'text-red')}>
      <Icon aria-hidden="true" className="size-4.5 shrink-0" strokeWidth={1.75} />
      {t(balanced ? 'ledger.balanced' : 'ledger.unbalanced')}
    </p>
  );
}

export function LedgerPage() {
  const ledger = useQuery(ledgerQuery);
  return (
    <Page title={t('ledger.title')} className="overflow-y-auto">
      {ledger.isPending && (
        <div aria-busy="true" className="mx-auto flex max-w-5xl flex-col gap-6 px-4 py-6 md:px-10 md:py-9">
          <Skeleton className="h-14 w-2/3" />
          <Skeleton className="h-2 w-full" />
        </div>
      )}
      {ledger.isError && !ledger.data && <ErrorState error={ledger.error} onRetry={() => void ledger.refetch()} />}
      {ledger.data?.received === 0 && (
        <EmptyState icon={Scale} title={t('ledger.empty.title')}>
          {t('ledger.empty.detail')}
        </EmptyState>
      )}
      {ledger.data && ledger.data.received > 0 && (
        <div className="mx-auto flex max-w-5xl flex-col gap-10 px-4 py-6 md:px-10 md:py-9">
          <section aria-label={t('ledger.title')} className="flex flex-col gap-5">
            <Equation ledger={ledger.data} />
            <BalanceBar balance={ledger.data} />
            <Verdict balanced={ledger.data.balanced} />
          </section>
          <SourceTable rows={ledger.data.sources} />
          <Proof ledger={ledger.data} />
        </div>
      )}
    </Page>
  );
}
