/** One page may fail; the shell around it and every other page go on. */
import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { useEffect } from 'react';

import { t } from '@/shared/i18n/translate';
import { EmptyState, ErrorState } from '@/shared/ui/states';

export function PageError({ error }: { error: unknown }) {
  const router = useRouter();
  const boundary = useQueryErrorResetBoundary();
  useEffect(() => boundary.reset(), [boundary]);
  return <ErrorState error={error} onRetry={() => void router.invalidate()} />;
}

export function NotFound() {
  return (
    <main className="h-dvh">
      <EmptyState
        icon={Compass}
        title={t('notFound.title')}
        heading="h1"
        action={
          <Link to="/inbox" className="text-accent-ink underline-offset-2 hoverable:underline">
            {t('notFound.home')}
          </Link>
        }
      >
        {t('notFound.detail')}
      </EmptyState>
    </main>
  );
}
