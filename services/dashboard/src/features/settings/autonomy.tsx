/** How far triage may go by itself, for each Source. It is written into its manifest: there is no second truth. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Radio } from 'lucide-react';

import { keys } from '@/shared/api/keys';
import { setAutonomy } from '@/shared/api/settings';
import { meQuery, sourcesQuery } from '@/shared/api/system';
import type { Autonomy, Source } from '@/shared/api/types';
import { formatPercent, t } from '@/shared/i18n/translate';
import { sourceKey, SourceIcon } from '@/shared/sources/source-label';
import { Select } from '@/shared/ui/select';
import { EmptyState } from '@/shared/ui/states';
import { offerUndo } from '@/shared/undo/offer-undo';

import { Intro, list, Loaded, notSaved, row } from './frame';

const levels = ['Disabled', 'Shadow', 'Suggest', 'Auto'] as const satisfies Autonomy[];
const thresholds = [50, 60, 70, 75, 80, 85, 90, 95, 98, 100];

type Set = { autonomy: Autonomy; threshold: number };

function Row({ source, admin }: { source: Source; admin: boolean }) {
  const client = useQueryClient();
  const key = sourceKey(source);
  const now: Set = { autonomy: source.autonomy, threshold: source.auto_threshold };
  const change = useMutation({
    mutationFn: ({ to }: { from: Set; to: Set }) => setAutonomy(source, to.autonomy, to.autonomy === 'Auto' ? to.threshold : undefined),
    onSuccess: (_, { from, to }) => {
      void client.invalidateQueries({ queryKey: keys.sources });
      offerUndo({ title: t('autonomy.saved', { name: key }) }, () => change.mutate({ from: to, to: from }));
    },
    onError: notSaved,
  });
  const choose = (part: Partial<Set>) => change.mutate({ from: now, to: { ...now, threshold: Math.max(50, now.threshold), ...part } });
  const fixed = !admin || !source.configured || change.isPending;
  const offered = thresholds.includes(now.threshold) ? thresholds : [...thresholds, now.threshold].sort((a, b) => a - b);
  return (
    <li className={row}>
      <SourceIcon kind={source.kind} className="size-4 shrink-0 text-muted" />
      <div className="min-w-0 flex-1 basis-40">
        <p className="truncate font-medium">{key}</p>
        {!source.configured && <p className="text-xs text-faint">{t('autonomy.unconfigured')}</p>}
      </div>
      <div className="flex gap-2 max-md:w-full">
        <Select
          aria-label={t('autonomy.of', { name: key })}
          value={now.autonomy}
          disabled={fixed}
          onChange={(event) => choose({ autonomy: levels.find((level) => level === event.target.value) ?? now.autonomy })}
          className="flex-1 md:w-52"
        >
          {levels.map((level) => (
            <option key={level} value={level}>
              {t(`autonomy.choice.${level}`)}
            </option>
          ))}
        </Select>
        {now.autonomy === 'Auto' && (
          <Select
            aria-label={t('autonomy.threshold', { name: key })}
            value={now.threshold}
            disabled={fixed}
            onChange={(event) => choose({ threshold: Number(event.target.value) })}
            className="w-24"
          >
            {offered.map((threshold) => (
              <option key={threshold} value={threshold}>
                {formatPercent(threshold / 100)}
              </option>
            ))}
          </Select>
        )}
      </div>
    </li>
  );
}

export function AutonomySettings() {
  const admin = useQuery(meQuery).data?.member.role === 'admin';
  const sources = useQuery(sourcesQuery);
  return (
    <>
      <Intro title={t('settings.autonomy')} detail={t('autonomy.detail')} />
      <Loaded query={sources}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState
              icon={Radio}
              title={t('autonomy.none')}
              action={
                <Link to="/sources" className="text-accent-ink underline underline-offset-2">
                  {t('statistics.empty.action')}
                </Link>
              }
            />
          ) : (
            <ul className={list}>
              {found.map((source) => (
                <Row key={source.id} source={source} admin={admin} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <p className="text-muted">
        {t('autonomy.how')}{' '}
        <Link to="/accuracy" className="text-accent-ink underline underline-offset-2">
          {t('accuracy.title')}
        </Link>
      </p>
    </>
  );
}
