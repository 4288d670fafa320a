import { Monitor, Moon, Sun } from 'lucide-react';

import { t } from '@/shared/i18n/translate';
import { setTheme, useTheme } from '@/shared/theme/theme';
import { MenuChoices } from '@/shared/ui/menu';

const icon = { 'aria-hidden': true, className: 'size-4 shrink-0 text-muted', strokeWidth: 1.75 } as const;

export function ThemeChoices() {
  return (
    <MenuChoices
      value={useTheme()}
      onChoose={setTheme}
      options={[
        { value: 'system', label: t('theme.system'), icon: <Monitor {...icon} /> },
        { value: 'light', label: t('theme.light'), icon: <Sun {...icon} /> },
        { value: 'dark', label: t('theme.dark'), icon: <Moon {...icon} /> },
      ]}
    />
  );
}
