/** Markdown under edit: write it or see what it becomes. Ctrl+Enter saves, Escape leaves it as it was. */
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';

import { t } from '@/shared/i18n/translate';
import { MentionArea } from '@/shared/mentions/mention-area';
import { Button } from '@/shared/ui/button';
import { Tabs } from '@/shared/ui/tabs';

import { Markdown } from './markdown';

type Props = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onSave: () => void;
  onCancel: () => void;
  /** What stands between the text and the buttons. */
  children?: ReactNode;
};

export function MarkdownEditor({ label, value, onChange, onSave, onCancel, children }: Props) {
  const [view, setView] = useState<'write' | 'preview'>('write');
  const panel = useId();
  const keyed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onCancel();
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      onSave();
    }
  };
  return (
    // The keys of the form work from each of its parts.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="flex flex-col gap-2" onKeyDown={keyed}>
      <div className="flex items-center gap-2">
        <Tabs
          label={label}
          value={view}
          onChange={setView}
          panel={panel}
          options={[
            { value: 'write', label: t('markdown.write') },
            { value: 'preview', label: t('markdown.preview') },
          ]}
        />
        <span className="ml-auto text-xs text-faint">{t('markdown.hint')}</span>
      </div>
      <div id={panel} role="tabpanel" aria-label={t(view === 'write' ? 'markdown.write' : 'markdown.preview')}>
        {view === 'write' ? (
          <MentionArea
            // The field appears because a person asked for it just now.
            // eslint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            aria-label={label}
            value={value}
            maxLength={50_000}
            onChange={onChange}
            className="min-h-32 text-base"
          />
        ) : (
          <div className="min-h-32 rounded-md border px-2.5 py-2 text-base">
            {value.trim() === '' ? <p className="text-faint">{t('markdown.empty')}</p> : <Markdown text={value} />}
          </div>
        )}
      </div>
      {children}
      <div className="flex justify-end gap-2">
        <Button tone="quiet" onClick={onCancel}>
          {t('cancel')}
        </Button>
        <Button tone="primary" hint="mod+Enter" onClick={onSave}>
          {t('edit.save')}
        </Button>
      </div>
    </div>
  );
}
