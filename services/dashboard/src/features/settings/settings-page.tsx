/** Who may do what, which models judge and how far they go, and what suits oneself. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useId } from 'react';

import { t } from '@/shared/i18n/translate';
import { Page } from '@/shared/ui/page';
import { Tabs } from '@/shared/ui/tabs';

import { Appearance } from './appearance';
import { AutonomySettings } from './autonomy';
import { Members } from './members';
import { Models } from './models';
import { Notifications } from './notifications';
import { parseSettingsSearch, parts, type Part } from './settings-search';
import { Tokens } from './tokens';

const shown: Record<Part, () => React.JSX.Element> = {
  members: Members,
  tokens: Tokens,
  models: Models,
  autonomy: AutonomySettings,
  notifications: Notifications,
  appearance: Appearance,
};

export function SettingsPage() {
  const { part = 'members' } = parseSettingsSearch(useSearch({ strict: false }));
  const navigate = useNavigate({ from: '/settings' });
  const panel = useId();
  const Shown = shown[part];
  return (
    <Page title={t('settings.title')} className="flex flex-col">
      <div className="overflow-x-auto border-b px-3 py-2 md:px-4">
        <Tabs
          label={t('settings.title')}
          value={part}
          panel={panel}
          options={parts.map((value) => ({ value, label: <span className="whitespace-nowrap">{t(`settings.${value}`)}</span> }))}
          onChange={(next) => void navigate({ search: { part: next === 'members' ? undefined : next }, replace: true })}
        />
      </div>
      <div id={panel} role="tabpanel" aria-label={t(`settings.${part}`)} className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-3xl flex-col gap-6 px-4 py-6 md:px-8 md:py-9">
          <Shown />
        </div>
      </div>
    </Page>
  );
}
