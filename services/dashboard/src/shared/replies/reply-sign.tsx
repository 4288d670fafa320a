/** How far a reply has come: a sign, a word and a colour that agree. */
import { CircleCheck, CircleDashed, CircleSlash, CircleX, Clock, type LucideIcon } from 'lucide-react';

import type { Reply, ReplyState } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

const signs: Record<ReplyState, { icon: LucideIcon; color: string }> = {
  awaiting_approval: { icon: Clock, color: 'text-amber' },
  queued: { icon: CircleDashed, color: 'text-muted' },
  sent: { icon: CircleCheck, color: 'text-green' },
  failed: { icon: CircleX, color: 'text-red' },
  rejected: { icon: CircleSlash, color: 'text-red' },
};

export function ReplySign({ reply }: { reply: Pick<Reply, 'state' | 'attempts'> }) {
  const { icon: Icon, color } = signs[reply.state];
  const again = reply.state === 'queued' && reply.attempts > 1;
  return (
    <span className={cn('inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap', color)}>
      <Icon aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={2} />
      {again ? t('reply.state.again', { count: reply.attempts }) : t(`reply.state.${reply.state}`)}
    </span>
  );
}
