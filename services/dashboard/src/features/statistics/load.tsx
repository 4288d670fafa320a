/** Who has how much to do now, and has done how much in the period. */
import { Link } from '@tanstack/react-router';

import type { Statistics } from '@/shared/api/types';
import { headRow, Section, tableFrame } from '@/shared/charts/figure';
import { formatNumber, t } from '@/shared/i18n/translate';
import { Avatar } from '@/shared/ui/avatar';
import { cn } from '@/shared/ui/cn';

import { Change } from './change';
import { tasksOf } from './lists';

const cell = 'nums h-12 px-3 text-right last:pr-4';

export function MemberLoad({ found: { load, period } }: { found: Statistics }) {
  const most = Math.max(1, ...load.map(({ todo, in_progress: doing }) => todo + doing));
  return (
    <Section title={t('statistics.load')} detail={t('statistics.load.detail')}>
      <div className={tableFrame}>
        <table className="w-full border-collapse">
          <thead>
            <tr className={headRow}>
              <th scope="col" className="pl-4! text-left">
                {t('property.assignee')}
              </th>
              <th scope="col" className="text-right">
                {t('status.todo')}
              </th>
              <th scope="col" className="text-right">
                {t('status.in_progress')}
              </th>
              <th scope="col" className="text-right">
                {t('filter.due.overdue')}
              </th>
              <th scope="col" className="pr-4! text-right">
                {t('status.done')}
              </th>
            </tr>
          </thead>
          <tbody className="divide-y">
            {load.map(({ member, todo, in_progress: doing, overdue, done }) => {
              const assignee = member?.name ?? null;
              const name = assignee ?? t('assignee.none');
              const count = (what: string, value: number, wanted: Parameters<typeof tasksOf>[1], sign?: string) => (
                <Link
                  {...tasksOf(period, { ...wanted, assignee })}
                  aria-label={`${name}, ${what}: ${formatNumber(value)}`}
                  className={cn('underline-offset-2 hoverable:underline', value > 0 ? sign : 'text-faint')}
                >
                  {formatNumber(value)}
                </Link>
              );
              return (
                <tr key={member?.id ?? ''}>
                  <th scope="row" className="h-12 pl-4 text-left font-medium">
                    <span className="flex items-center gap-2.5">
                      {member && <Avatar name={name} />}
                      <span className="min-w-0">
                        <span className="block truncate">{name}</span>
                        <span aria-hidden="true" className="mt-1 flex h-1.5 w-20 overflow-hidden rounded-full bg-hover md:w-44">
                          <span className="bg-amber-sign" style={{ width: `${(doing / most) * 100}%` }} />
                          <span className="bg-accent" style={{ width: `${(todo / most) * 100}%` }} />
                        </span>
                      </span>
                    </span>
                  </th>
                  <td className={cell}>{count(t('status.todo'), todo, { status: 'todo' })}</td>
                  <td className={cell}>{count(t('status.in_progress'), doing, { status: 'in_progress' })}</td>
                  <td className={cell}>{count(t('filter.due.overdue'), overdue, { overdue: true }, 'text-red')}</td>
                  <td className={cell}>
                    <span className="block">{count(t('status.done'), done.now, { moment: 'closed', status: 'done' })}</span>
                    <span className="max-md:hidden">
                      <Change {...done} />
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
