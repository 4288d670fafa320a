/** What is done with dead letters, said in a note; what was discarded can be had back. */
import { useMutation, useQueryClient } from '@tanstack/react-query';

import {
  discardDeadLetter,
  discardDeadLetters,
  reopenDeadLetters,
  retryDeadLetter,
  retryDeadLetters,
} from '@/shared/api/dead-letters';
import { keys } from '@/shared/api/keys';
import type { ManySettled } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { plural, t } from '@/shared/i18n/translate';
import { toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

type Selection = { source?: string; q?: string };

export function useSettling() {
  const client = useQueryClient();
  const refresh = () =>
    void Promise.all([keys.deadLetters, keys.messages, keys.ledger].map((queryKey) => client.invalidateQueries({ queryKey })));
  const onError = (error: unknown) => toast({ tone: 'problem', title: t('dead.failed'), detail: explain(error) });
  /** Says what stays, and why the first of it does. */
  const rest = ({ refused, more }: ManySettled) =>
    [refused[0] && plural('dead.refused', refused.length, { why: refused[0].detail }), more && t('dead.more')].filter(Boolean).join(' ') || undefined;

  const reopen = useMutation({ mutationFn: reopenDeadLetters, onSuccess: refresh, onError });
  const retry = useMutation({
    mutationFn: ({ id, raw }: { id: string; raw?: string }) => retryDeadLetter(id, raw),
    onSuccess: () => {
      toast({ title: plural('dead.retried', 1) });
      refresh();
    },
    onError,
  });
  const discard = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => discardDeadLetter(id, reason),
    onSuccess: ({ id }) => {
      offerUndo({ title: plural('dead.discarded', 1) }, () => reopen.mutate([id]));
      refresh();
    },
    onError,
  });
  const retryAll = useMutation({
    mutationFn: (selection: Selection) => retryDeadLetters(selection),
    onSuccess: (done) => {
      toast({ title: plural('dead.retried', done.ids.length), detail: rest(done) });
      refresh();
    },
    onError,
  });
  const discardAll = useMutation({
    mutationFn: ({ selection, reason }: { selection: Selection; reason: string }) => discardDeadLetters(selection, reason),
    onSuccess: (done) => {
      const words = { title: plural('dead.discarded', done.ids.length), detail: rest(done) };
      if (done.ids.length > 0) offerUndo(words, () => reopen.mutate(done.ids));
      else toast(words);
      refresh();
    },
    onError,
  });
  return { retry, discard, retryAll, discardAll, reopen };
}
