/**
 * A note for the team; nothing of it goes to the channel, and nothing of it looks like what does (`shared/replies`). The
 * text stays until it is stored.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { useRef } from 'react';

import { keys } from '@/shared/api/keys';
import { addComment } from '@/shared/api/tasks';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { MentionArea } from '@/shared/mentions/mention-area';
import { Button } from '@/shared/ui/button';
import { useDraft } from '@/shared/ui/drafts';

export function CommentBox({ taskId }: { taskId: string }) {
  const [text, setText] = useDraft(`note ${taskId}`);
  const area = useRef<HTMLTextAreaElement>(null);
  const client = useQueryClient();
  const comment = useMutation({
    mutationFn: (body: string) => addComment(taskId, body),
    onSuccess: () => {
      setText('');
      void client.invalidateQueries({ queryKey: keys.taskComments(taskId) });
    },
  });
  useShortcuts('activity.title', [{ keys: 'i', label: 'comment.write', run: () => area.current?.focus() }]);
  const ready = text.trim() !== '' && !comment.isPending;
  const submit = () => {
    if (ready) comment.mutate(text.trim());
  };
  return (
    <form
      aria-label={t('comment.label')}
      className="rounded-lg border border-dashed border-amber/60 bg-amber-soft focus-within:border-amber"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className="flex flex-wrap items-center gap-x-2 px-3 pt-2 text-amber">
        <Lock aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={2} />
        <span className="font-semibold">{t('comment.label')}</span>
        <span className="ml-auto text-xs font-medium">{t('comment.stays')}</span>
      </p>
      <div className="p-2">
        <MentionArea
          ref={area}
          aria-label={t('comment.label')}
          placeholder={t('comment.placeholder')}
          value={text}
          maxLength={20_000}
          onChange={setText}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !event.shiftKey) submit();
          }}
          className="min-h-16 border-amber/30"
        />
      </div>
      <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-2 px-2 pb-2">
        {comment.isError ? (
          <p role="alert" className="mr-auto pl-1 text-red">
            {explain(comment.error)}
          </p>
        ) : (
          <p className="mr-auto pl-1 text-xs text-muted">{t('comment.hint')}</p>
        )}
        <Button type="submit" hint="mod+Enter" disabled={!ready} className="max-md:w-full">
          {t('comment.send')}
        </Button>
      </div>
    </form>
  );
}
