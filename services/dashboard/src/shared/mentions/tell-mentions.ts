/** Tells a person at once that a note speaks to them. */
import type { Me, TrackerEvent } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { toast } from '@/shared/ui/toast-store';

type Mention = { by: string; number: number; preview: string };

/** Notes that mention this person, and that somebody else wrote. */
export function mentionsOf(events: readonly TrackerEvent[], me: Me['member']): Mention[] {
  return events.flatMap(({ verb, actor, data }) => {
    const { mentions, number, preview } = data;
    if (verb !== 'comment.created' || actor.name === me.name || typeof number !== 'number') return [];
    if (!Array.isArray(mentions) || !mentions.includes(me.id)) return [];
    return [{ by: actor.name, number, preview: typeof preview === 'string' ? preview : '' }];
  });
}

export function tellMentions(events: readonly TrackerEvent[], me: Me['member'] | undefined, open: (number: number) => void): void {
  if (!me) return;
  for (const { by, number, preview } of mentionsOf(events, me)) {
    toast({
      title: t('mention.note', { name: by, number }),
      detail: preview,
      action: { label: t('create.open'), run: () => open(number) },
      stays: true,
    });
  }
}
