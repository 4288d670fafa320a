/** received = tasks + ignored + waiting + dead, as lengths that fill the bar exactly. */
import type { Balance } from '@/shared/api/types';
import { plural } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

export const parts = [
  { name: 'tasks', state: 'task', color: 'bg-accent' },
  { name: 'ignored', state: 'ignored', color: 'bg-line-strong' },
  { name: 'waiting', state: 'waiting', color: 'bg-amber-sign' },
  { name: 'dead', state: 'dead', color: 'bg-red' },
] as const;

export function BalanceBar({ balance, className }: { balance: Balance; className?: string }) {
  const words = parts.map(({ name }) => plural(`count.${name}`, balance[name]));
  return (
    <div role="img" aria-label={words.join(', ')} className={cn('flex h-2 gap-0.5 overflow-hidden rounded-full bg-pressed', className)}>
      {parts.map(
        ({ name, color }) =>
          balance[name] > 0 && (
            <span key={name} className={cn('block min-w-1', color)} style={{ flexGrow: balance[name], flexBasis: 0 }} />
          ),
      )}
    </div>
  );
}
