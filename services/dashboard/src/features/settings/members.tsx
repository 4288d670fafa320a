/** Who is in the workspace and may do what. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, KeyRound, Trash2, UserPlus } from 'lucide-react';
import { useState } from 'react';

import { keys } from '@/shared/api/keys';
import { changeMember } from '@/shared/api/settings';
import { membersQuery, meQuery } from '@/shared/api/system';
import type { Member, Role } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { Avatar } from '@/shared/ui/avatar';
import { Button } from '@/shared/ui/button';
import { IconButton } from '@/shared/ui/icon-button';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/menu';
import { offerUndo } from '@/shared/undo/offer-undo';

import { Intro, list, Loaded, notSaved, row } from './frame';
import { InviteDialog, LoginLinkDialog, RemoveDialog } from './member-dialogs';
import { RoleSelect } from './role-select';

const icon = { 'aria-hidden': true, strokeWidth: 1.75 } as const;

type Asking = { what: 'link' | 'remove'; member: Member };

function useRole() {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: Role }) => changeMember(member.id, { role }),
    onSuccess: (_, { member, role }) => {
      void client.invalidateQueries({ queryKey: keys.members });
      void client.invalidateQueries({ queryKey: keys.me });
      offerUndo({ title: t('members.nowRole', { name: member.name, role: t(`role.${role}`) }) }, () =>
        change.mutate({ member: { ...member, role }, role: member.role }),
      );
    },
    onError: notSaved,
  });
  return change;
}

export function Members() {
  const me = useQuery(meQuery).data?.member;
  const members = useQuery(membersQuery);
  const role = useRole();
  const [inviting, setInviting] = useState(false);
  const [asking, setAsking] = useState<Asking | null>(null);
  const admin = me?.role === 'admin';
  const close = () => setAsking(null);
  return (
    <>
      <Intro
        title={t('settings.members')}
        detail={t(admin ? 'members.detail' : 'members.detail.others')}
        action={
          admin && (
            <Button tone="primary" onClick={() => setInviting(true)}>
              <UserPlus {...icon} className="size-4" />
              {t('members.add')}
            </Button>
          )
        }
      />
      <Loaded query={members}>
        {(found) => (
          <ul className={list}>
            {found.map((member) => (
              <li key={member.id} className={row}>
                <Avatar name={member.name} />
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium">
                    {member.name}
                    {member.id === me?.id && <span className="font-normal text-faint"> · {t('members.you')}</span>}
                  </p>
                  {member.email && <p className="truncate text-xs text-faint">{member.email}</p>}
                </div>
                {admin ? (
                  <>
                    <RoleSelect
                      label={t('members.role', { name: member.name })}
                      value={member.role}
                      disabled={role.isPending}
                      onChange={(chosen) => role.mutate({ member, role: chosen })}
                    />
                    <Menu align="end" trigger={<IconButton icon={Ellipsis} label={t('source.actions', { name: member.name })} />}>
                      <MenuItem icon={<KeyRound {...icon} />} onSelect={() => setAsking({ what: 'link', member })}>
                        {t('members.link')}
                      </MenuItem>
                      {member.id !== me.id && (
                        <>
                          <MenuSeparator />
                          <MenuItem icon={<Trash2 {...icon} />} onSelect={() => setAsking({ what: 'remove', member })} className="text-red">
                            {t('members.remove')}
                          </MenuItem>
                        </>
                      )}
                    </Menu>
                  </>
                ) : (
                  <span className="text-muted">{t(`role.${member.role}`)}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <dl className="grid gap-x-4 gap-y-1.5 text-muted md:grid-cols-[6rem_1fr]">
        {(['viewer', 'member', 'admin'] as const).map((name) => (
          <div key={name} className="contents">
            <dt className="font-medium text-ink">{t(`role.${name}`)}</dt>
            <dd>{t(`role.${name}.detail`)}</dd>
          </div>
        ))}
      </dl>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {asking?.what === 'link' && <LoginLinkDialog member={asking.member} onClose={close} />}
      {asking?.what === 'remove' && <RemoveDialog member={asking.member} onClose={close} />}
    </>
  );
}
