import { Hash, Mail, Send, Webhook, type LucideIcon } from 'lucide-react';

import type { SourceKind, SourceRef } from '@/shared/api/types';
import { cn } from '@/shared/ui/cn';

const icons: Record<SourceKind, LucideIcon> = { telegram: Send, slack: Hash, email: Mail, webhook: Webhook };

export function SourceIcon({ kind, className }: { kind: SourceKind; className?: string }) {
  const Icon = icons[kind];
  return <Icon aria-hidden="true" className={cn('size-3.5 shrink-0', className)} strokeWidth={1.75} />;
}

export const sourceKey = ({ namespace, name }: Pick<SourceRef, 'namespace' | 'name'>) => `${namespace}/${name}`;

/** A channel by its icon and name; the namespace only where it says something. */
export function SourceLabel({ source, className }: { source: SourceRef; className?: string }) {
  return (
    <span className={cn('inline-flex min-w-0 items-center gap-1.5', className)} title={sourceKey(source)}>
      <SourceIcon kind={source.kind} />
      <span className="truncate">{source.namespace === 'default' ? source.name : sourceKey(source)}</span>
    </span>
  );
}
