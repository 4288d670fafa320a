/** Opens a session with the one-time token of the link, or with what Telegram says; or says where a link comes from. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { KeyRound, LoaderCircle } from 'lucide-react';
import { useEffect, useRef } from 'react';

import { ApiError } from '@/shared/api/client';
import { login, loginFromTelegram } from '@/shared/api/system';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { launch } from '@/shared/telegram/mini-app';
import { Button } from '@/shared/ui/button';
import { CodeLine } from '@/shared/ui/code-line';

import { safeNext } from './safe-next';

const COMMAND = '.venv/bin/tasktracker login';

export function LoginPage() {
  const { token, next, telegram } = useSearch({ from: '/login' });
  const fromTelegram = telegram !== undefined && launch !== null;
  const canSignIn = token !== undefined || fromTelegram;
  const navigate = useNavigate();
  const client = useQueryClient();
  const tried = useRef(false);
  const { mutate, error, reset } = useMutation({
    mutationFn: () => (telegram !== undefined && launch ? loginFromTelegram(telegram, launch.initData) : login(token ?? '')),
    onSuccess: async () => {
      client.clear();
      // The token is spent; `replace` also takes it out of the history.
      await navigate({ href: safeNext(next), replace: true });
    },
  });

  useEffect(() => {
    document.title = `${t('login.title')} · Task Tracker`;
    // A one-time token: Strict Mode's second run of the effect must not spend it twice.
    if (!canSignIn || tried.current) return;
    tried.current = true;
    mutate();
  }, [canSignIn, mutate]);

  const working = canSignIn && error === null;
  const refused = error instanceof ApiError && error.status < 500;
  return (
    <main className="flex min-h-dvh items-center justify-center bg-chrome p-5">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-2.5">
          <img src="/icon.svg" alt="" className="size-8" />
          <span className="text-lg font-semibold">Task Tracker</span>
        </div>
        {working ? (
          <div role="status" className="flex items-center gap-2.5 text-muted">
            <LoaderCircle aria-hidden="true" className="size-4 animate-spin" />
            {t('login.working')}
          </div>
        ) : (
          <div className="rounded-xl border bg-surface p-5 shadow-card">
            <h1 className="flex items-center gap-2 text-lg font-semibold">
              <KeyRound aria-hidden="true" className="size-4.5 text-muted" strokeWidth={1.75} />
              {t('login.title')}
            </h1>
            {error && (
              <p role="alert" className="mt-2 text-red">
                {refused && !fromTelegram ? t('login.refused') : explain(error)}
              </p>
            )}
            {!fromTelegram && (
              <>
                <p className="mt-2 mb-3 text-muted">{t('login.explain')}</p>
                <CodeLine code={COMMAND} label={t('command')} />
              </>
            )}
            {canSignIn && error && !refused && (
              <Button
                className="mt-4"
                onClick={() => {
                  reset();
                  mutate();
                }}
              >
                {t('retry')}
              </Button>
            )}
          </div>
        )}
      </div>
    </main>
  );
}
