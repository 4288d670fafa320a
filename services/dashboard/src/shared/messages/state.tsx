/** What became of a message: a sign, a word and a colour that agree. */
import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, type LucideIcon } from 'lucide-react';

import type { MessageState } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

const signs: Record<MessageState, { icon: LucideIcon; color: string }> = {
  task: { icon: CircleCheck, color: 'text-accent-ink' },
  ignored: { icon: CircleMinus, color: 'text-faint' },
  waiting: { icon: CircleDashed, color: 'text-amber-sign' },
  dead: { icon: CircleAlert, color: 'text-red' },
};

type Props = { value: MessageState; /** The word stands beside it. */ decorative?: boolean; className?: string };

export function StateIcon({ value, decorative = false, className }: Props) {
  const { icon: Icon, color } = signs[value];
  const name = decorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': t(`state.${value}`) };
  return <Icon {...name} className={cn('size-4 shrink-0', color, className)} strokeWidth={1.75} />;
}
