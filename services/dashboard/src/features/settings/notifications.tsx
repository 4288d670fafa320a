/** What one is told in the channel that one is linked with, and when. Each change counts at once. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, type ReactNode } from 'react';

import { keys } from '@/shared/api/keys';
import { changeNotifications, makeLinkCode, notificationsQuery } from '@/shared/api/settings';
import type { NotificationPatch, NotificationSettings } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { CodeLine } from '@/shared/ui/code-line';
import { Input } from '@/shared/ui/field';
import { Select } from '@/shared/ui/select';

import { Intro, list, Loaded, notSaved, row } from './frame';

const kinds = ['assigned', 'due', 'mentioned', 'approval'] as const;
const zones = Intl.supportedValuesOf('timeZone');
const QUIET = { quiet_from: '21:00', quiet_until: '08:00' };

/** A link into Telegram, made when it is asked for: it works once, and for some minutes. */
function Unlinked() {
  const make = useMutation({ mutationFn: makeLinkCode });
  return (
    <div className="flex flex-col items-start gap-3 rounded-lg bg-amber-soft px-3 py-2.5">
      <p className="text-amber">{t('notifications.unlinked')}</p>
      {make.data ? (
        <>
          <p className="text-muted">{t(make.data.url ? 'notifications.link.open' : 'notifications.link.send')}</p>
          <CodeLine code={make.data.url ?? `/start ${make.data.code}`} label={t('notifications.link.what')} />
        </>
      ) : (
        <Button disabled={make.isPending} onClick={() => make.mutate()}>
          {t('notifications.link')}
        </Button>
      )}
      {make.isError && (
        <p role="alert" className="text-red">
          {explain(make.error)}
        </p>
      )}
    </div>
  );
}

type SwitchProps = { label: string; detail?: string; checked: boolean; disabled?: boolean; onChange: (on: boolean) => void; children?: ReactNode };

function Switch({ label, detail, checked, disabled, onChange, children }: SwitchProps) {
  const id = useId();
  return (
    <li className={row}>
      <div className="min-w-0 flex-1">
        <label htmlFor={id} className="block font-medium">
          {label}
        </label>
        {detail && <p className="text-xs text-faint">{detail}</p>}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="relative h-6 w-10 shrink-0 appearance-none rounded-full bg-line-strong transition-colors before:absolute before:top-0.5 before:left-0.5 before:size-5 before:rounded-full before:bg-white before:shadow-card before:transition-transform checked:bg-accent checked:before:translate-x-4 disabled:opacity-50"
      />
      {children}
    </li>
  );
}

function Settings({ settings, save }: { settings: NotificationSettings; save: (patch: NotificationPatch) => void }) {
  const { quiet_from: from, quiet_until: until, zone, paused } = settings;
  const quiet = from !== null && until !== null;
  const clock = (end: 'quiet_from' | 'quiet_until') => (
    <Input
      type="time"
      aria-label={t(`notifications.${end}`)}
      defaultValue={settings[end] ?? ''}
      required
      onBlur={({ target }) => target.value !== '' && target.value !== settings[end] && save({ [end]: target.value })}
      className="nums w-28!"
    />
  );
  return (
    <>
      <ul className={list}>
        <Switch
          label={t('notifications.on')}
          detail={settings.paused_reason ?? t('notifications.on.detail')}
          checked={!paused}
          onChange={(on) => save({ paused: !on })}
        />
        {kinds.map((kind) => (
          <Switch
            key={kind}
            label={t(`notifications.${kind}`)}
            detail={t(`notifications.${kind}.detail`)}
            checked={settings[kind]}
            disabled={paused}
            onChange={(on) => save({ [kind]: on })}
          />
        ))}
        <Switch
          label={t('notifications.quiet')}
          detail={t('notifications.quiet.detail')}
          checked={quiet}
          disabled={paused}
          onChange={(on) => save(on ? QUIET : { quiet_from: null, quiet_until: null })}
        >
          {quiet && (
            <div className="flex basis-full items-center gap-2">
              {clock('quiet_from')}
              <span aria-hidden="true" className="text-faint">
                –
              </span>
              {clock('quiet_until')}
            </div>
          )}
        </Switch>
        <li className={row}>
          <div className="min-w-0 flex-1 basis-52">
            <p className="font-medium">{t('notifications.zone')}</p>
            <p className="text-xs text-faint">{t(settings.zone_is_set ? 'notifications.zone.detail' : 'notifications.zone.unset')}</p>
          </div>
          <Select aria-label={t('notifications.zone')} value={zone} onChange={(event) => save({ zone: event.target.value })} className="w-full md:w-56">
            {(zones.includes(zone) ? zones : [zone, ...zones]).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        </li>
      </ul>
    </>
  );
}

export function Notifications() {
  const client = useQueryClient();
  const settings = useQuery(notificationsQuery);
  const change = useMutation({
    mutationFn: changeNotifications,
    onMutate: (patch) => {
      // Paused has a reason that the API gives.
      const before = client.getQueryData(notificationsQuery.queryKey);
      if (before) client.setQueryData(notificationsQuery.queryKey, { ...before, ...patch } as NotificationSettings);
      return { before };
    },
    onSuccess: (now) => client.setQueryData(notificationsQuery.queryKey, now),
    onError: (error, _, kept) => {
      client.setQueryData(notificationsQuery.queryKey, kept?.before);
      void client.invalidateQueries({ queryKey: keys.notifications });
      notSaved(error);
    },
  });
  return (
    <>
      <Intro title={t('settings.notifications')} detail={t('notifications.detail')} />
      <Loaded query={settings}>
        {(found) => (
          <>
            {!found.linked && <Unlinked />}
            <Settings settings={found} save={change.mutate} />
          </>
        )}
      </Loaded>
    </>
  );
}
