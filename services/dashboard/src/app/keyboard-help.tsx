/** The keys that work right here, read from what the screens have registered. */
import { t } from '@/shared/i18n/translate';
import { setShortcutsEnabled, useShortcutGroups, useShortcutsEnabled } from '@/shared/keyboard/shortcuts';
import { Dialog } from '@/shared/ui/dialog';
import { Kbd } from '@/shared/ui/kbd';

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const groups = useShortcutGroups().toReversed();
  const enabled = useShortcutsEnabled();
  return (
    <Dialog open onClose={onClose} title={t('shortcuts.title')} description={t('shortcuts.description')}>
      <div className="flex flex-col gap-5">
        {groups.map((group) => (
          <section key={group.id.description}>
            <h3 className="mb-1 text-xs font-medium text-faint">{t(group.title)}</h3>
            <dl className="divide-y">
              {group.shortcuts
                .filter((shortcut) => !shortcut.hidden)
                .map(({ keys, label }) => (
                  <div key={keys} className="flex h-8.5 items-center justify-between gap-4">
                    <dt>{t(label)}</dt>
                    <dd>
                      <span className="sr-only">{keys}</span>
                      <Kbd keys={keys} className="inline-flex" />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <label className="flex items-center gap-2.5 border-t pt-4">
          <input
            type="checkbox"
            checked={enabled}
            onChange={(event) => setShortcutsEnabled(event.target.checked)}
            className="size-4 accent-accent"
          />
          {t('shortcuts.enabled')}
        </label>
      </div>
    </Dialog>
  );
}
