/** The task's properties: a column beside it on a desk, a block above the text on a phone. */
import type { ReactNode } from 'react';

import type { TaskDetail, TaskPatch } from '@/shared/api/types';
import { t, type MessageKey } from '@/shared/i18n/translate';
import { SourceLabel } from '@/shared/sources/source-label';
import type { Openings } from '@/shared/tasks/correction-keys';
import { DuePicker } from '@/shared/tasks/due-picker';
import { AssigneePicker, CategoryPicker, PriorityPicker, StatusPicker } from '@/shared/tasks/pickers';
import { isSnoozed } from '@/shared/tasks/task-cache';
import { RelativeTime } from '@/shared/ui/relative-time';

import { LabelsField } from './labels-field';

const bare = 'w-full border-transparent bg-transparent shadow-none';

function Row({ label, children }: { label: MessageKey; children: ReactNode }) {
  return (
    <div className="flex min-h-9 items-start gap-2 md:min-h-8">
      <dt className="w-24 shrink-0 leading-9 text-faint md:leading-8">{t(label)}</dt>
      <dd className="flex min-h-9 min-w-0 flex-1 items-center md:min-h-8">{children}</dd>
    </div>
  );
}

type Props = { task: TaskDetail; change: (patch: TaskPatch) => void; opening: Openings };

export function Properties({ task, change, opening }: Props) {
  const ended = task.status === 'done' || task.status === 'declined';
  return (
    <dl className="flex flex-col gap-0.5">
      <Row label="property.status">
        <StatusPicker value={task.status} onChange={(status) => change({ status })} className={bare} />
      </Row>
      <Row label="property.priority">
        <PriorityPicker
          {...opening('priority')}
          value={task.priority}
          onChange={(priority) => change({ priority })}
          className={bare}
        />
      </Row>
      <Row label="property.category">
        <CategoryPicker
          {...opening('category')}
          value={task.category}
          onChange={(category) => change({ category })}
          className={bare}
        />
      </Row>
      <Row label="property.assignee">
        <AssigneePicker
          {...opening('assignee')}
          value={task.assignee}
          onChange={(assignee_id) => change({ assignee_id })}
          className={bare}
        />
      </Row>
      <Row label="property.due">
        <DuePicker
          {...opening('due')}
          value={task.due_on}
          done={ended}
          onChange={(due_on) => change({ due_on })}
          className={bare}
        />
      </Row>
      <Row label="property.labels">
        <div className="px-2 py-1">
          <LabelsField value={task.labels} onChange={(labels) => change({ labels })} />
        </div>
      </Row>
      {task.snoozed_until && isSnoozed(task) && (
        <Row label="property.snoozed">
          <span className="px-2">
            <RelativeTime at={task.snoozed_until} />
          </span>
        </Row>
      )}
      {task.source && (
        <Row label="property.source">
          <SourceLabel source={task.source} className="px-2 text-muted" />
        </Row>
      )}
      <Row label="property.created">
        <span className="px-2 text-muted">
          <RelativeTime at={task.created_at} />
        </span>
      </Row>
    </dl>
  );
}
