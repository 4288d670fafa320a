/**
 * Where a reply into the channel is written. It must not be taken for the box of notes: other colour, other words, another
 * key to reach it (`r`, notes `i`), and another one to send it (with Shift), so that no habit of the hands sends a note out.
 */
import { useMutation } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import type { KeyboardEvent, Ref } from 'react';

import { sendReply } from '@/shared/api/replies';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { senderName } from '@/shared/messages/sender-name';
import { SourceLabel } from '@/shared/sources/source-label';
import { Button } from '@/shared/ui/button';
import { useDraft } from '@/shared/ui/drafts';
import { TextArea } from '@/shared/ui/field';

import type { Addressee } from './addressees';
import { useShowReply } from './use-reply-actions';

export const REPLY_KEY = 'r';
const SEND_KEYS = 'mod+Shift+Enter';

type Props = { taskId: string; to: Addressee; /** Whether an admin has to let it go. */ waits: boolean; area: Ref<HTMLTextAreaElement> };

export function ReplyBox({ taskId, to, waits, area }: Props) {
  const [text, setText] = useDraft(`reply ${taskId}`);
  const show = useShowReply();
  const recipient = senderName(to.message);
  const reply = useMutation({
    mutationFn: (body: string) => sendReply(taskId, { body, message_id: to.message.id }),
    onSuccess: (written) => {
      setText('');
      show(written);
    },
  });
  const ready = text.trim() !== '' && !reply.isPending;
  const submit = () => {
    if (ready) reply.mutate(text.trim());
  };
  const keyed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') event.currentTarget.blur();
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    if (event.shiftKey) submit();
  };
  return (
    <form
      aria-label={t('reply.box', { recipient })}
      className="overflow-hidden rounded-lg border-2 border-accent/50 bg-accent-soft focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className="flex flex-wrap items-center gap-x-2 px-3 pt-2 text-accent-ink">
        <Send aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={2} />
        <span className="font-semibold">{t('reply.box', { recipient })}</span>
        <SourceLabel source={to.source} className="text-xs" />
        <span className="ml-auto text-xs font-medium">{t('reply.leaves')}</span>
      </p>
      <div className="p-2">
        <TextArea
          ref={area}
          aria-label={t('reply.box', { recipient })}
          placeholder={t('reply.placeholder', { recipient })}
          value={text}
          maxLength={20_000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={keyed}
          className="min-h-16 border-accent/30"
        />
      </div>
      <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-2 px-2 pb-2">
        {reply.isError ? (
          <p role="alert" className="mr-auto pl-1 text-red">
            {explain(reply.error)}
          </p>
        ) : (
          <p className="mr-auto pl-1 text-xs text-muted">{t(waits ? 'reply.waits' : 'reply.goesAtOnce')}</p>
        )}
        <Button type="submit" tone="primary" hint={SEND_KEYS} disabled={!ready} className="max-md:w-full">
          {t(waits ? 'reply.askToSend' : 'reply.send', { recipient })}
        </Button>
      </div>
    </form>
  );
}
