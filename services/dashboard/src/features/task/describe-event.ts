/** An event of the audit log as a sentence. Unknown verbs are shown by name rather than hidden. */
import type { TrackerEvent } from '@/shared/api/types';
import { formatDueDay, formatFull } from '@/shared/i18n/dates';
import { insideSentence, t, type MessageKey } from '@/shared/i18n/translate';
import { propertyName } from '@/shared/tasks/property-name';
import { categories, priorities, statuses } from '@/shared/tasks/vocabulary';

type Fields = Record<string, unknown>;

const words: Record<string, readonly string[]> = { status: statuses, priority: priorities, category: categories };
const dates: Record<string, (value: string) => string> = { due_on: formatDueDay, snoozed_until: formatFull };
const shown = ['title', 'status', 'priority', 'category', 'due_on', 'snoozed_until', 'labels', 'assignee', 'assignee_id'];

function show(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return t('nothing');
  if (Array.isArray(value)) return value.length === 0 ? t('nothing') : value.join(', ');
  if (typeof value === 'object') return 'name' in value && typeof value.name === 'string' ? value.name : t('nothing');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (words[field]?.includes(text)) return t(`${field}.${text}` as MessageKey);
  return dates[field]?.(text) ?? text;
}

function describeField(field: string, before: Fields, after: Fields): string {
  if (field === 'description') return t('event.description');
  const values = { field: insideSentence(propertyName(field)), to: show(field, after[field]) };
  // An id says nothing to a person; the name is on the screen beside it.
  if (field === 'assignee_id') return after[field] === null ? t('event.unassigned') : t('event.assigned');
  if (!(field in before)) return t('event.set', values);
  return t('event.changed', { ...values, from: show(field, before[field]) });
}

/** "#12", of the task that an event names beside its own: as an object, or by its number alone. */
function otherTask(data: Fields, name: string): string {
  const other = data[name];
  const number = typeof other === 'object' && other !== null && 'number' in other ? other.number : data[`${name}_number`];
  return typeof number === 'number' ? `#${number}` : t('event.another');
}

/** One sentence per changed field, or one for what happened as a whole. */
export function describeEvent({ verb, actor, data, before, after }: TrackerEvent): string[] {
  if (verb === 'task.updated' && after) {
    const fields = Object.keys(after).filter((field) => field === 'description' || shown.includes(field));
    if (fields.length > 0) return fields.map((field) => describeField(field, before ?? {}, after));
  }
  switch (verb) {
    case 'task.created':
      return [t(actor.kind === 'system' ? 'event.suggested' : 'event.created')];
    case 'task.updated':
      return [t('event.updated')];
    case 'task.merged':
      return [t('event.merged', { other: otherTask(data, 'duplicate') })];
    case 'task.unmerged':
      return [t('event.unmerged', { other: otherTask(data, 'duplicate') })];
    case 'duplicate.proposed':
      return [t('event.proposed', { other: otherTask(data, 'other') })];
    case 'duplicate.dismissed':
      return [t('event.dismissed', { other: otherTask(data, 'other') })];
    case 'task.woke':
      return [t('event.woke')];
    case 'reply.created':
      return [t(data.kind === 'status' ? 'event.statusReply' : 'event.reply')];
    case 'reply.approved':
      return [t('event.replyApproved')];
    case 'reply.rejected':
      return [t('event.replyRejected')];
    case 'reply.sent':
      return [t('event.replySent')];
    case 'reply.failed':
      return [t('event.replyFailed')];
    case 'message.left':
      return [t('event.left')];
    case 'message.joined':
      return [t('event.joined')];
    case 'lesson.learned':
      return [t(data.confirmed === true ? 'event.confirmed' : 'event.lesson')];
    case 'message.triaged':
      return [t('event.triaged')];
    case 'correction.stored':
      return [t('event.correction')];
    default:
      return [verb];
  }
}
