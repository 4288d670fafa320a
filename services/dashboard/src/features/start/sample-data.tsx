/** Something to look at before there is anything, gone again by one button. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';

import { keys } from '@/shared/api/keys';
import { addSamples, removeSamples, samplesQuery } from '@/shared/api/manifests';
import { explain } from '@/shared/errors/explain';
import { plural, t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { toast } from '@/shared/ui/toast-store';

export function SampleData({ admin }: { admin: boolean }) {
  const client = useQueryClient();
  const samples = useQuery(samplesQuery);
  const refresh = () =>
    void Promise.all(
      [keys.sources, keys.messages, keys.tasks, keys.ledger, keys.accuracy].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  const onError = (error: unknown) => toast({ tone: 'problem', title: t('samples.failed'), detail: explain(error) });
  const add = useMutation({
    mutationFn: addSamples,
    onSuccess: ({ available, present }) => {
      toast({ title: plural('samples.added', available - present) });
      refresh();
    },
    onError,
  });
  const remove = useMutation({
    mutationFn: removeSamples,
    onSuccess: ({ messages }) => {
      toast({ title: plural('samples.removed', messages), detail: t('samples.removed.detail') });
      refresh();
    },
    onError,
  });
  if (!samples.data) return null;
  const { available, present } = samples.data;
  return (
    <section aria-labelledby="samples" className="flex flex-col gap-3 rounded-xl border bg-chrome p-4 md:p-5">
      <h2 id="samples" className="flex items-center gap-2 font-semibold">
        <FlaskConical aria-hidden="true" className="size-4 text-muted" strokeWidth={1.75} />
        {t('samples.title')}
      </h2>
      <p className="text-muted">{present > 0 ? plural('samples.present', present) : plural('samples.detail', available)}</p>
      {admin && (
        <div className="flex flex-wrap gap-2">
          {present < available && (
            <Button disabled={add.isPending} onClick={() => add.mutate()}>
              {t('samples.add')}
            </Button>
          )}
          {present > 0 && (
            <Button disabled={remove.isPending} onClick={() => remove.mutate()}>
              {t('samples.remove')}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
