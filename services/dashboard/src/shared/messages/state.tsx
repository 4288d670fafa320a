/** What became of a message: a sign, a word and a colour that agree. */
import { CircleCheck, CircleDashed, CircleMinus, Skull, type LucideIcon } from 'lucide-react';

import type { MessageState } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

const signs: Record<MessageState, { icon: LucideIcon; color: string }> = {
  task: { icon: CircleCheck, color: 'text-accent-ink' },
  ignored: { icon: CircleMinus, color: 'text-faint' },
  waiting: { icon: CircleDashed, color: 'text-amber' },
  dead: { icon: Skull, color: 'text-red' },
};

export function StateIcon({ value, className }: { value: MessageState; className?: string }) {
  const { icon: Icon, color } = signs[value];
  return <Icon role="img" aria-label={t(`state.${value}`)} className={cn('size-4 shrink-0', color, className)} strokeWidth={1.75} />;
}
