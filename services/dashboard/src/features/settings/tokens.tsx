/** Ways in for programs: each is shown once, when it is made, and can be ended at any time. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';

import { keys } from '@/shared/api/keys';
import { makeToken, revokeToken, tokensQuery } from '@/shared/api/settings';
import { meQuery } from '@/shared/api/system';
import type { Role, Token } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { CodeLine } from '@/shared/ui/code-line';
import { Dialog } from '@/shared/ui/dialog';
import { Field, Input } from '@/shared/ui/field';
import { RelativeTime } from '@/shared/ui/relative-time';
import { toast } from '@/shared/ui/toast-store';

import { Intro, list, Loaded, notSaved, row } from './frame';
import { RoleSelect } from './role-select';

function TokenDialog({ role: own, onClose }: { role: Role; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>(own === 'viewer' ? 'viewer' : 'member');
  const make = useMutation({
    mutationFn: () => makeToken(name.trim(), role),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.tokens }),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('tokens.add')}
      description={t('tokens.add.detail')}
      footer={
        make.data ? (
          <Button tone="primary" onClick={onClose}>
            {t('rotate.done')}
          </Button>
        ) : (
          <>
            <Button tone="quiet" onClick={onClose}>
              {t('form.cancel')}
            </Button>
            <Button tone="primary" type="submit" form="token" disabled={make.isPending || name.trim() === ''}>
              {t('tokens.add.submit')}
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <div className="flex flex-col gap-2">
          <CodeLine code={make.data.token} label={t('tokens.what')} />
          <p className="text-amber">{t('ready.secret.once')}</p>
          <p className="text-muted">{t('tokens.use')}</p>
        </div>
      ) : (
        <form
          id="token"
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <Field label={t('tokens.name')}>
            <Input value={name} maxLength={100} required onChange={(event) => setName(event.target.value)} autoComplete="off" />
          </Field>
          <Field label={t('settings.role')}>
            <RoleSelect label={t('settings.role')} value={role} onChange={setRole} upTo={own} />
          </Field>
        </form>
      )}
      {make.isError && (
        <p role="alert" className="mt-3 text-red">
          {explain(make.error)}
        </p>
      )}
    </Dialog>
  );
}

function TokenRow({ token, others }: { token: Token; others: boolean }) {
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const revoke = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.tokens });
      toast({ title: t('tokens.revoked', { name: token.name }) });
    },
    onError: notSaved,
  });
  return (
    <li className={row}>
      <KeyRound aria-hidden="true" className="size-4 shrink-0 text-muted" strokeWidth={1.75} />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{token.name}</p>
        <p className="text-xs text-faint">
          {t(`role.${token.role}`)}
          {others && ` · ${token.member.name}`}
          {' · '}
          {token.last_used_at ? (
            <>
              {t('tokens.used')} <RelativeTime at={token.last_used_at} />
            </>
          ) : (
            t('tokens.unused')
          )}
        </p>
      </div>
      {/* Asked in place: what uses the token stops at once, and nothing brings it back. */}
      <Button
        className={sure ? 'border-red! text-red' : undefined}
        tone={sure ? 'plain' : 'quiet'}
        disabled={revoke.isPending}
        onClick={() => (sure ? revoke.mutate() : setSure(true))}
        onBlur={() => setSure(false)}
        aria-label={t(sure ? 'tokens.revoke.sure' : 'tokens.revoke.name', { name: token.name })}
      >
        {t(sure ? 'tokens.revoke.really' : 'tokens.revoke')}
      </Button>
    </li>
  );
}

export function Tokens() {
  const me = useQuery(meQuery).data?.member;
  const tokens = useQuery(tokensQuery);
  const [making, setMaking] = useState(false);
  return (
    <>
      <Intro
        title={t('settings.tokens')}
        detail={t('tokens.detail')}
        action={
          <Button tone="primary" onClick={() => setMaking(true)}>
            <Plus aria-hidden="true" className="size-4" strokeWidth={1.75} />
            {t('tokens.add')}
          </Button>
        }
      />
      <Loaded query={tokens}>
        {(found) =>
          found.length === 0 ? (
            <p className="rounded-xl border bg-surface px-4 py-6 text-center text-muted">{t('tokens.none')}</p>
          ) : (
            <ul className={list}>
              {found.map((token) => (
                <TokenRow key={token.id} token={token} others={token.member.id !== me?.id} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {making && me && <TokenDialog role={me.role} onClose={() => setMaking(false)} />}
    </>
  );
}
