/** Somebody comes in, gets back in, or leaves. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { keys } from '@/shared/api/keys';
import { createMember, makeLoginLink, removeMember } from '@/shared/api/settings';
import type { LoginLink, Member, Role } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { formatFull } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { CodeLine } from '@/shared/ui/code-line';
import { Dialog } from '@/shared/ui/dialog';
import { Field, Input } from '@/shared/ui/field';
import { toast } from '@/shared/ui/toast-store';

import { RoleSelect } from './role-select';

/** Without a public address the API knows only the path; the browser knows the rest. */
const urlOf = ({ url }: LoginLink) => new URL(url, window.location.origin).href;

function Refused({ error }: { error: unknown }) {
  return error === null ? null : (
    <p role="alert" className="mt-3 text-red">
      {explain(error)}
    </p>
  );
}

function Link({ link, name }: { link: LoginLink; name: string }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-muted">{t('members.link.give', { name })}</p>
      <CodeLine code={urlOf(link)} label={t('members.link.what')} />
      <p className="text-amber">{t('members.link.once', { until: formatFull(link.expires_at) })}</p>
    </div>
  );
}

function Done({ onClose }: { onClose: () => void }) {
  return (
    <Button tone="primary" onClick={onClose}>
      {t('rotate.done')}
    </Button>
  );
}

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const invite = useMutation({
    mutationFn: async () => {
      const member = await createMember({ name: name.trim(), email: email.trim() || null, role });
      void client.invalidateQueries({ queryKey: keys.members });
      return { member, link: await makeLoginLink(member.id) };
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('members.add')}
      description={t('members.add.detail')}
      footer={
        invite.data ? (
          <Done onClose={onClose} />
        ) : (
          <>
            <Button tone="quiet" onClick={onClose}>
              {t('form.cancel')}
            </Button>
            <Button tone="primary" type="submit" form="invite" disabled={invite.isPending || name.trim() === ''}>
              {t('members.add.submit')}
            </Button>
          </>
        )
      }
    >
      {invite.data ? (
        <Link link={invite.data.link} name={invite.data.member.name} />
      ) : (
        <form
          id="invite"
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate();
          }}
        >
          <Field label={t('form.name')}>
            <Input value={name} maxLength={100} required onChange={(event) => setName(event.target.value)} autoComplete="off" />
          </Field>
          <Field label={t('members.email')}>
            <Input type="email" value={email} onChange={(event) => setEmail(event.target.value)} autoComplete="off" />
          </Field>
          <Field label={t('settings.role')}>
            <RoleSelect label={t('settings.role')} value={role} onChange={setRole} />
          </Field>
        </form>
      )}
      <Refused error={invite.error} />
    </Dialog>
  );
}

export function LoginLinkDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const make = useMutation({ mutationFn: () => makeLoginLink(member.id) });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('members.link.title', { name: member.name })}
      description={t('members.link.detail')}
      footer={
        make.data ? (
          <Done onClose={onClose} />
        ) : (
          <>
            <Button tone="quiet" onClick={onClose}>
              {t('form.cancel')}
            </Button>
            <Button tone="primary" disabled={make.isPending} onClick={() => make.mutate()}>
              {t('members.link.make')}
            </Button>
          </>
        )
      }
    >
      {make.data && <Link link={make.data} name={member.name} />}
      <Refused error={make.error} />
    </Dialog>
  );
}

export function RemoveDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeMember(member.id),
    onSuccess: () => {
      for (const queryKey of [keys.members, keys.tasks, keys.tokens, keys.views]) void client.invalidateQueries({ queryKey });
      toast({ title: t('members.removed', { name: member.name }) });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('members.remove.title', { name: member.name })}
      description={t('members.remove.detail')}
      footer={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('form.cancel')}
          </Button>
          <Button className="border-red! text-red" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {t('members.remove')}
          </Button>
        </>
      }
    >
      <ul className="flex list-disc flex-col gap-1.5 pl-4 text-muted">
        <li>{t('members.remove.out')}</li>
        <li>{t('members.remove.tasks')}</li>
        <li>{t('members.remove.views')}</li>
      </ul>
      <Refused error={remove.error} />
    </Dialog>
  );
}
