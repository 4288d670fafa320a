/** A task by hand, from anywhere: title, Ctrl+Enter, done. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type KeyboardEvent } from 'react';

import { keys } from '@/shared/api/keys';
import { createTask } from '@/shared/api/tasks';
import type { Category, Priority } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { DuePicker } from '@/shared/tasks/due-picker';
import { AssigneePicker, CategoryPicker, PriorityPicker } from '@/shared/tasks/pickers';
import { useMember } from '@/shared/tasks/use-member';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { Field, Input, TextArea } from '@/shared/ui/field';
import { toast } from '@/shared/ui/toast-store';

type Draft = {
  title: string;
  description: string;
  category: Category;
  priority: Priority;
  assignee_id: string | null;
  due_on: string | null;
};

const empty: Draft = { title: '', description: '', category: 'task', priority: 'medium', assignee_id: null, due_on: null };

export function CreateDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(empty);
  const assignee = useMember(draft.assignee_id, null);
  const set = (change: Partial<Draft>) => setDraft((current) => ({ ...current, ...change }));
  const create = useMutation({
    mutationFn: () => createTask({ ...draft, title: draft.title.trim() }),
    onSuccess: ({ number }) => {
      onClose();
      const open = () => void navigate({ to: '/tasks/$number', params: { number: String(number) } });
      toast({ title: t('create.done', { number }), action: { label: t('create.open'), run: open } });
      void client.invalidateQueries({ queryKey: keys.tasks });
    },
  });
  const ready = draft.title.trim() !== '' && !create.isPending;
  const submit = () => {
    if (ready) create.mutate();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit();
  };

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t('create.title')}
      description={t('create.description')}
      footer={
        <Button tall tone="primary" hint="mod+Enter" onClick={submit} disabled={!ready}>
          {t('create.submit')}
        </Button>
      }
    >
      {/* Ctrl+Enter works from every field of the form. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className="flex flex-col gap-4" onKeyDown={onKeyDown}>
        <Field label={t('property.title')} error={create.isError ? explain(create.error) : null}>
          <Input value={draft.title} maxLength={500} onChange={(event) => set({ title: event.target.value })} />
        </Field>
        <Field label={t('property.description')}>
          <TextArea value={draft.description} onChange={(event) => set({ description: event.target.value })} />
        </Field>
        <div className="flex flex-wrap gap-1.5">
          <CategoryPicker value={draft.category} onChange={(category) => set({ category })} />
          <PriorityPicker value={draft.priority} onChange={(priority) => set({ priority })} />
          <AssigneePicker value={assignee} onChange={(assignee_id) => set({ assignee_id })} />
          <DuePicker value={draft.due_on} onChange={(due_on) => set({ due_on })} />
        </div>
      </div>
    </Dialog>
  );
}
