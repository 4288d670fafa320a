import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { keys } from '@/shared/api/keys';
import { addComment } from '@/shared/api/tasks';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { TextArea } from '@/shared/ui/field';

/** A note for the team; nothing of it goes to the channel. The text stays until it is stored. */
export function CommentBox({ taskId }: { taskId: string }) {
  const [text, setText] = useState('');
  const client = useQueryClient();
  const comment = useMutation({
    mutationFn: (body: string) => addComment(taskId, body),
    onSuccess: () => {
      setText('');
      void client.invalidateQueries({ queryKey: keys.taskComments(taskId) });
    },
  });
  const ready = text.trim() !== '' && !comment.isPending;
  const submit = () => {
    if (ready) comment.mutate(text.trim());
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextArea
        aria-label={t('comment.label')}
        placeholder={t('comment.placeholder')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit();
        }}
      />
      <div className="flex items-center justify-end gap-3">
        {comment.isError && (
          <p role="alert" className="text-red">
            {explain(comment.error)}
          </p>
        )}
        <Button type="submit" hint="mod+Enter" disabled={!ready}>
          {t('comment.send')}
        </Button>
      </div>
    </form>
  );
}
