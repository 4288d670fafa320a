/** What can be chosen for each field of a filter, for menus, chips and what is offered while one types. */
import { useQuery } from '@tanstack/react-query';
import { AtSign, CircleUser, type LucideIcon } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';

import { membersQuery, sourcesQuery } from '@/shared/api/system';
import { t, type MessageKey } from '@/shared/i18n/translate';
import { sourceKey, SourceIcon } from '@/shared/sources/source-label';
import { CategoryDot, PriorityIcon, StatusIcon } from '@/shared/tasks/icons';
import { categories, priorities, statuses } from '@/shared/tasks/vocabulary';
import { Avatar } from '@/shared/ui/avatar';

import type { Asking, Comparison, Field } from './filter-text';

export type FieldValue = { value: string; label: string; icon?: ReactNode };
export type FieldValues = Partial<Record<Field, readonly FieldValue[]>>;

const sign = (Icon: LucideIcon) => <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" strokeWidth={1.75} />;

const names: Record<Field, MessageKey> = {
  status: 'property.status',
  priority: 'property.priority',
  category: 'property.category',
  assignee: 'property.assignee',
  source: 'property.source',
  label: 'property.labels',
  due: 'property.due',
  created: 'property.created',
  updated: 'property.updated',
  decided: 'property.decided',
  replied: 'property.replied',
  closed: 'property.closed',
  confidence: 'property.confidence',
  is: 'filter.is',
};

export const fieldName = (field: Field) => t(names[field]);

/** `labels` are those that the list shows: there is no catalogue of them. */
export function useFieldValues(labels: readonly string[] = []): FieldValues {
  const members = useQuery(membersQuery).data;
  const sources = useQuery(sourcesQuery).data;
  return useMemo(
    () => ({
      status: [
        { value: 'open', label: t('filter.status.open') },
        { value: 'closed', label: t('filter.status.closed') },
        ...statuses.map((value) => ({ value, label: t(`status.${value}`), icon: <StatusIcon value={value} /> })),
      ],
      priority: priorities.map((value) => ({ value, label: t(`priority.${value}`), icon: <PriorityIcon value={value} /> })),
      category: categories.map((value) => ({ value, label: t(`category.${value}`), icon: <CategoryDot value={value} /> })),
      assignee: [
        { value: 'me', label: t('filter.me'), icon: sign(AtSign) },
        { value: 'none', label: t('assignee.none'), icon: sign(CircleUser) },
        ...(members ?? []).map(({ name }) => ({ value: name, label: name, icon: <Avatar name={name} /> })),
      ],
      source: [
        ...(sources ?? []).map((source) => ({
          value: sourceKey(source),
          label: sourceKey(source),
          icon: <SourceIcon kind={source.kind} className="size-4 text-muted" />,
        })),
        { value: 'none', label: t('filter.byHand') },
      ],
      due: [
        { value: 'overdue', label: t('filter.due.overdue') },
        { value: 'today', label: t('filter.due.today') },
        { value: '7d', label: t('filter.due.week') },
        { value: '30d', label: t('filter.due.month') },
        { value: 'any', label: t('filter.due.any') },
        { value: 'none', label: t('due.none') },
      ],
      is: [
        { value: 'snoozed', label: t('filter.is.snoozed') },
        { value: 'overdue', label: t('filter.due.overdue') },
        { value: 'unassigned', label: t('filter.is.unassigned') },
      ],
      label: [...new Set(labels)].sort().map((value) => ({ value, label: value })),
    }),
    [members, sources, labels],
  );
}

/** Fields of which one value can be chosen at a time. */
export const single: ReadonlySet<Field> = new Set<Field>(['due', 'is', 'created', 'updated', 'decided', 'replied', 'closed', 'confidence']);

const signs: Record<Comparison, string> = { '': '', '<': '< ', '<=': '≤ ', '>': '> ', '>=': '≥ ' };

/** "Priority ≥ High", as a chip says it: the name, and the values. */
export function wordsOf({ field, comparison, values, negated }: Asking, known: FieldValues): { name: string; said: string } {
  const label = (value: string) => known[field]?.find((item) => item.value === value)?.label ?? value;
  const said = `${signs[comparison]}${values.map(label).join(', ')}`;
  return { name: fieldName(field), said: negated ? t('filter.not', { said }) : said };
}
