/** What is to be done, in Markdown: read as it is meant, edited as it is written. */
import { Pencil } from 'lucide-react';

import { t } from '@/shared/i18n/translate';
import { Markdown } from '@/shared/markdown/markdown';
import { MarkdownEditor } from '@/shared/markdown/markdown-editor';
import { Button } from '@/shared/ui/button';

import { TextConflict } from './text-conflict';

/** A text under edit, and the one that it began with. */
export type TextDraft = { text: string; base: string };

type Props = {
  value: string;
  draft: TextDraft | null;
  onDraft: (draft: TextDraft | null) => void;
  onSave: (description: string) => void;
};

export function Description({ value, draft, onDraft, onSave }: Props) {
  const start = () => onDraft({ text: value, base: value });
  if (draft) {
    const conflict = draft.base !== value && draft.text !== draft.base;
    const finish = () => {
      onDraft(null);
      if (draft.text.trim() !== value) onSave(draft.text.trim());
    };
    return (
      <MarkdownEditor
        label={t('property.description')}
        value={draft.text}
        onChange={(text) => onDraft({ ...draft, text })}
        onSave={conflict ? () => undefined : finish}
        onCancel={() => onDraft(null)}
      >
        {conflict && <TextConflict theirs={value} onTheirs={() => onDraft(null)} onMine={finish} />}
      </MarkdownEditor>
    );
  }
  if (value === '') {
    return (
      <Button tone="quiet" hint="e" onClick={start} className="-ml-3 self-start">
        <Pencil aria-hidden="true" className="size-4" strokeWidth={1.75} />
        {t('task.addDescription')}
      </Button>
    );
  }
  return (
    <section aria-label={t('property.description')} className="flex flex-col gap-1">
      <Markdown text={value} className="text-base" />
      <Button tone="quiet" hint="e" onClick={start} className="-ml-3 self-start">
        <Pencil aria-hidden="true" className="size-4" strokeWidth={1.75} />
        {t('task.editDescription')}
      </Button>
    </section>
  );
}
