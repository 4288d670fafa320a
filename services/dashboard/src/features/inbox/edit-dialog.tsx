/** Correct a suggestion, then accept it in one go. What changed is stored as a correction that triage learns from. */
import { useState, type KeyboardEvent } from 'react';

import type { Task, TaskPatch } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { DuePicker } from '@/shared/tasks/due-picker';
import { AssigneePicker, CategoryPicker, PriorityPicker } from '@/shared/tasks/pickers';
import { useMember } from '@/shared/tasks/use-member';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { Field, Input, TextArea } from '@/shared/ui/field';

import { draftOf, draftPatch, parseLabels } from './draft';

type Props = { task: Task; onClose: () => void; onSave: (patch: TaskPatch) => void; onAccept: (patch: TaskPatch) => void };

export function EditDialog({ task, onClose, onSave, onAccept }: Props) {
  const [draft, setDraft] = useState(() => draftOf(task));
  const assignee = useMember(draft.assignee_id, task.assignee);
  const set = (change: Partial<typeof draft>) => setDraft((current) => ({ ...current, ...change }));
  const valid = draft.title.trim() !== '';

  const finish = (done: (patch: TaskPatch) => void) => {
    if (!valid) return;
    onClose();
    done(draftPatch(task, draft));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) finish(onAccept);
  };

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t('edit.title', { number: task.number })}
      description={t('edit.description')}
      footer={
        <>
          <Button tall onClick={() => finish(onSave)} disabled={!valid}>
            {t('edit.save')}
          </Button>
          <Button tall tone="primary" hint="mod+Enter" onClick={() => finish(onAccept)} disabled={!valid}>
            {t(draft.category === 'noise' ? 'inbox.noise' : 'edit.accept')}
          </Button>
        </>
      }
    >
      {/* Ctrl+Enter works from every field of the form. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className="flex flex-col gap-4" onKeyDown={onKeyDown}>
        <Field label={t('property.title')} error={valid ? null : t('edit.titleMissing')}>
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
        <Field label={t('property.labels')}>
          <Input
            defaultValue={draft.labels.join(', ')}
            placeholder={t('labels.placeholder')}
            onChange={(event) => set({ labels: parseLabels(event.target.value) })}
          />
        </Field>
      </div>
    </Dialog>
  );
}
