/** Which channel is to be listened to. */
import { Link } from '@tanstack/react-router';

import type { SourceKind } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { SourceIcon } from '@/shared/sources/source-label';

const kinds: readonly SourceKind[] = ['webhook', 'email', 'telegram', 'slack'];

export function KindChoice() {
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4 px-4 py-6 md:px-8 md:py-9">
      <h2 className="text-lg font-semibold">{t('sources.which')}</h2>
      <ul className="grid gap-3 md:grid-cols-2">
        {kinds.map((kind) => (
          <li key={kind}>
            <Link
              to="/sources/new"
              search={{ kind }}
              className="flex h-full items-start gap-3 rounded-xl border bg-surface p-4 shadow-card hoverable:border-line-strong"
            >
              <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-hover text-muted">
                <SourceIcon kind={kind} className="size-4.5" />
              </span>
              <span>
                <span className="block font-semibold">{t(`kind.${kind}`)}</span>
                <span className="block text-muted">{t(`kind.${kind}.what`)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
