/** What a field of a task is called, by the name that the API gives it in patches, events and corrections. */
import { t, type MessageKey } from '@/shared/i18n/translate';

const names: Record<string, MessageKey> = {
  title: 'property.title',
  description: 'property.description',
  status: 'property.status',
  priority: 'property.priority',
  category: 'property.category',
  assignee: 'property.assignee',
  assignee_id: 'property.assignee',
  due_on: 'property.due',
  labels: 'property.labels',
  snoozed_until: 'property.snoozed',
  duplicate_of: 'duplicate.of',
  actionable: 'property.actionable',
};

/** A field that this version does not know is shown by its own name. */
export function propertyName(field: string): string {
  const key = names[field];
  return key === undefined ? field : t(key);
}
