/** Two people changed one task: what the other one did, what is left of one's own change, and how to make it after all. */
import type { QueryClient } from '@tanstack/react-query';

import { meQuery } from '@/shared/api/system';
import { taskEventsQuery, taskQuery } from '@/shared/api/tasks';
import type { Me, Task, TaskPatch } from '@/shared/api/types';
import { formatDueDay, formatMoment } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';

import { propertyName } from './property-name';

type Fields = Required<Omit<TaskPatch, 'duplicate_of'>> & { duplicate_of: Task['duplicate_of'] };

const fieldsOf = (task: Task): Fields => ({
  title: task.title,
  description: task.description,
  status: task.status,
  category: task.category,
  priority: task.priority,
  assignee_id: task.assignee?.id ?? null,
  due_on: task.due_on,
  labels: task.labels,
  snoozed_until: task.snoozed_until,
  duplicate_of: task.duplicate_of,
});

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

export type Clash = {
  /** Fields that the other person changed. */
  theirs: (keyof Fields)[];
  /** What is left to do of one's own change; empty when the other one did the same. */
  mine: TaskPatch;
};

/** Compares what the person saw, what there is now, and what they wanted. */
export function clashOf(seen: Task, latest: Task, patch: TaskPatch): Clash {
  const [before, now] = [fieldsOf(seen), fieldsOf(latest)];
  const names = Object.keys(before) as (keyof Fields)[];
  return {
    theirs: names.filter((name) => !same(before[name], now[name])),
    mine: Object.fromEntries(Object.entries(patch).filter(([name, value]) => !same(value, now[name as keyof Fields]))),
  };
}

function valueOf(name: keyof Fields, value: unknown, assignee?: string): string {
  if (name === 'description' || name === 'duplicate_of') return '';
  if (name === 'assignee_id') return value === null ? t('assignee.none') : (assignee ?? '');
  if (value === null || value === undefined || value === '') return t('nothing');
  if (name === 'due_on') return formatDueDay(value as string);
  if (name === 'snoozed_until') return formatMoment(new Date(value as string));
  if (name === 'status') return t(`status.${value as Task['status']}`);
  if (name === 'category') return t(`category.${value as Task['category']}`);
  if (name === 'priority') return t(`priority.${value as Task['priority']}`);
  return Array.isArray(value) ? value.join(', ') || t('nothing') : t('quoted', { text: value as string });
}

const named = (names: (keyof Fields)[], value: (name: keyof Fields) => string) =>
  names.map((name) => [propertyName(name), value(name)].filter(Boolean).join(': ')).join(', ');

/** "Theirs: Priority: Low. Yours: Status: Done." */
export function describeClash(latest: Task, { theirs, mine }: Clash): string {
  const now = fieldsOf(latest);
  const wanted = mine as Record<keyof Fields, unknown>;
  const parts = [
    theirs.length > 0 && t('conflict.theirs', { changes: named(theirs, (name) => valueOf(name, now[name], latest.assignee?.name)) }),
    t('conflict.mine', { changes: named(Object.keys(mine) as (keyof Fields)[], (name) => valueOf(name, wanted[name])) }),
  ];
  return parts.filter(Boolean).join(' ');
}

export type Latest = { task: Task; /** Who changed it last, when that can be told. */ by: string | null };

/** Reads what there is now, and who made it so. */
export async function readLatest(client: QueryClient, task: Task): Promise<Latest> {
  const [latest, events, me] = await Promise.all([
    client.query({ ...taskQuery(task.number), staleTime: 0 }),
    client.query({ ...taskEventsQuery(task.id), staleTime: 0 }).catch(() => null),
    Promise.resolve(client.getQueryData<Me>(meQuery.queryKey)),
  ]);
  const last = events?.items.find(({ verb }) => verb === 'task.updated');
  const by = last && last.actor.kind !== 'system' && last.actor.name !== me?.member.name ? last.actor.name : null;
  return { task: latest, by };
}
