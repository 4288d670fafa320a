/** One part of the installation: its state, and quietly what else is known of it. */
import { Link } from '@tanstack/react-router';

import type { SystemPart } from '@/shared/api/types';
import { formatBytes } from '@/shared/i18n/bytes';
import { formatRelative } from '@/shared/i18n/dates';
import { formatDuration } from '@/shared/i18n/durations';
import { formatNumber, t } from '@/shared/i18n/translate';
import { useNow } from '@/shared/ui/relative-time';

import { Row } from './row';
import { runbookOfPart } from './runbooks';

const NAMES: Record<string, string> = { postgres: 'Postgres', nats: 'NATS', kubernetes: 'Kubernetes' };
/** A process that came up with its state need not say both. */
const TOGETHER_MS = 60_000;

export function factsOf(part: SystemPart, now: number): string[] {
  const lasting = (from: string) => formatDuration(Math.max(1, (now - Date.parse(from)) / 1000));
  const facts: string[] = [];
  if (part.version) facts.push(part.kind === 'model' ? part.version : t('health.version', { version: part.version }));
  if (part.started_at) facts.push(t('health.running', { time: lasting(part.started_at) }));
  const { state, since } = part;
  if (since && (state === 'ready' || state === 'degraded' || state === 'offline')) {
    if (!part.started_at || Math.abs(Date.parse(since) - Date.parse(part.started_at)) > TOGETHER_MS) {
      facts.push(t(`health.since.${state}`, { time: lasting(since) }));
    }
  }
  if (part.latency_ms !== null) facts.push(t('health.answers', { time: formatDuration(part.latency_ms / 1000) }));
  if (part.bytes !== null) {
    const used = formatBytes(part.bytes) || formatNumber(0);
    facts.push(part.limit === null ? used : t('health.room', { used, limit: formatBytes(part.limit) }));
  }
  if (part.connections !== null && part.max_connections !== null) {
    facts.push(t('health.connections', { count: formatNumber(part.connections), limit: formatNumber(part.max_connections) }));
  }
  if (state !== 'ready' && part.seen_at) facts.push(t('health.seen', { time: formatRelative(part.seen_at, now) }));
  return facts;
}

export function PartRow({ part }: { part: SystemPart }) {
  const now = useNow();
  const wrong = part.state === 'degraded' || part.state === 'offline';
  const over = !wrong && part.last_error ? part.last_error : null;
  return (
    <Row
      name={NAMES[part.name] ?? part.name}
      state={part.state}
      word={part.kind === 'model' && part.state === 'unknown' ? t('health.untried') : t(`health.${part.state}`)}
      facts={factsOf(part, now)}
      problem={wrong ? part.detail : ''}
      runbook={wrong ? runbookOfPart(part) : ''}
    >
      {!wrong && part.detail && <p className="text-muted">{part.detail}</p>}
      {over && <p className="text-muted">{t('health.lastError', { time: formatRelative(over.at, now), detail: over.detail })}</p>}
      {part.kind === 'model' && part.state === 'unknown' && (
        <Link to="/settings" className="text-accent underline-offset-2 hoverable:underline">
          {t('health.tryModel')}
        </Link>
      )}
    </Row>
  );
}
