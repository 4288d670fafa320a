/** What a change to a task is called in the note that offers to take it back. */
import type { Category, Task, TaskPatch } from '@/shared/api/types';
import { formatDueDay, formatMoment } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';

import { propertyName } from './property-name';

export type ChangeNote = { done: string; detail?: string };

const NOISE = 'noise' satisfies Category;

/** "Noise" says that there is nothing to do, so the task is declined with it, here as in the API. */
export function meant(task: Task, patch: TaskPatch): TaskPatch {
  return patch.category === NOISE && task.category !== NOISE ? { ...patch, status: 'declined' } : patch;
}

/** Triage learns from what people say about its own verdicts, not about tasks that were made by hand. */
const teaches = (task: Task, patch: TaskPatch) =>
  task.confidence !== null && (patch.category !== undefined || patch.priority !== undefined);

function valueOf(patch: TaskPatch): string | undefined {
  if (patch.category) return t(`category.${patch.category}`);
  if (patch.priority) return t(`priority.${patch.priority}`);
  if (patch.due_on !== undefined) return patch.due_on === null ? t('due.none') : formatDueDay(patch.due_on);
  return undefined;
}

function done(task: Task, patch: TaskPatch): string {
  const { number } = task;
  if (patch.category === NOISE) return t('change.noise', { number });
  if (patch.snoozed_until) return t('inbox.snoozed', { number, until: formatMoment(new Date(patch.snoozed_until)) });
  if (patch.duplicate_of === null && patch.status === undefined) return t('change.unmerged', { number });
  if (patch.status) {
    if (task.status === 'triage' && patch.status === 'todo') return t('inbox.accepted', { number });
    if (patch.status === 'declined') return t('inbox.declined', { number });
    return t('task.nowIs', { number, status: t(`status.${patch.status}`) });
  }
  const [field, ...others] = Object.keys(patch);
  if (field === undefined || others.length > 0) return t('change.several', { number });
  const property = propertyName(field);
  const value = valueOf(patch);
  return value === undefined ? t('change.one', { number, property }) : t('change.value', { number, property, value });
}

export function describeChange(task: Task, patch: TaskPatch): ChangeNote {
  return teaches(task, patch) ? { done: done(task, patch), detail: t('change.learns') } : { done: done(task, patch) };
}
