/** A person's word about a message, and the way back. */
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { keys } from '@/shared/api/keys';
import { correctMessage } from '@/shared/api/messages';
import { taskQuery } from '@/shared/api/tasks';
import type { Category, Message, Task } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { useUpdateTask } from '@/shared/tasks/update-task';
import { toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

type Corrected = { after: Message; before: Task | null };

export function useCorrection(message: Message) {
  const client = useQueryClient();
  const update = useUpdateTask();
  const read = (number: number) => client.query({ ...taskQuery(number), staleTime: 0 });

  /** Puts the task back to what it was, or says that the message is noise after all. */
  const takeBack = ({ after, before }: Corrected) => {
    if (!before) correction.mutate('noise');
    else if (after.task) void read(after.task.number).then((task) => update(task, { category: before.category, status: before.status }));
  };
  const announce = (corrected: Corrected) => {
    const { after, before } = corrected;
    const detail = t('change.learns');
    if (after.task) {
      const title = t(before ? 'change.noise' : 'message.nowTask', { number: after.task.number });
      offerUndo({ title, detail }, () => takeBack(corrected));
    } else if (before) {
      // It has left a task that goes on without it; the way back is triage.
      toast({ title: t('message.left', { number: before.number }), detail });
    }
  };
  const correction = useMutation({
    mutationFn: async (category: Category): Promise<Corrected> => {
      const before = message.task && (await read(message.task.number));
      return { before, after: await correctMessage(message.id, { category }) };
    },
    onSuccess: (corrected, category) => {
      // Taking "this is a task" back is itself such a word; it needs no note of its own.
      if (category !== 'noise' || message.task || corrected.before) announce(corrected);
      void Promise.all([keys.messages, keys.tasks, keys.ledger].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
    onError: (error) => toast({ tone: 'problem', title: t('message.notCorrected'), detail: explain(error) }),
  });
  return { correct: correction.mutate, pending: correction.isPending };
}
