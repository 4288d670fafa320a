/** What can be done about a reply that exists; each says at once in the list how it stands. */
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { keys } from '@/shared/api/keys';
import { approveReply, rejectReply, retryReply } from '@/shared/api/replies';
import type { Page, Reply, ReplyState } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t, type MessageKey } from '@/shared/i18n/translate';
import { toast } from '@/shared/ui/toast-store';

/** Writes a reply into the list of its task, in place of the one that it replaces. */
export function useShowReply() {
  const client = useQueryClient();
  return (reply: Reply) =>
    client.setQueryData<Page<Reply>>(keys.taskReplies(reply.task_id), (page) => {
      if (!page) return page;
      const known = page.items.some(({ id }) => id === reply.id);
      return { ...page, items: known ? page.items.map((item) => (item.id === reply.id ? reply : item)) : [reply, ...page.items] };
    });
}

type Action = { reply: Reply; next: ReplyState; send: () => Promise<Reply>; failed: MessageKey };

export function useReplyActions(reply: Reply) {
  const client = useQueryClient();
  const show = useShowReply();
  const action = useMutation({
    mutationFn: ({ send }: Action) => send(),
    onMutate: async ({ next }) => {
      await client.cancelQueries({ queryKey: keys.taskReplies(reply.task_id) });
      show({ ...reply, state: next, error: null });
    },
    onSuccess: show,
    onError: (error, { failed }) => {
      show(reply);
      toast({ tone: 'problem', title: t(failed), detail: explain(error) });
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.taskReplies(reply.task_id) }),
  });
  const run = (next: ReplyState, failed: MessageKey, send: () => Promise<Reply>) => action.mutate({ reply, next, send, failed });
  return {
    approve: () => run('queued', 'reply.notApproved', () => approveReply(reply.id)),
    reject: (reason: string) => run('rejected', 'reply.notRejected', () => rejectReply(reply.id, reason)),
    retry: () => run('queued', 'reply.notRetried', () => retryReply(reply.id)),
  };
}
