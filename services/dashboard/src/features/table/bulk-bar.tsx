/** What can be done with the selected tasks; each is one change, one note, one undo. */
import { useQuery } from '@tanstack/react-query';
import { CircleUser, Tag, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { membersQuery } from '@/shared/api/system';
import type { Task } from '@/shared/api/types';
import { plural, t } from '@/shared/i18n/translate';
import { useBulkUpdate } from '@/shared/tasks/bulk-update';
import type { Openings } from '@/shared/tasks/correction-keys';
import { DuePicker } from '@/shared/tasks/due-picker';
import { CategoryDot, PriorityIcon, StatusIcon } from '@/shared/tasks/icons';
import { Chip, type Opening } from '@/shared/tasks/pickers';
import { categories, categoryKeys, choosableStatuses, priorities, priorityKeys } from '@/shared/tasks/vocabulary';
import { Avatar } from '@/shared/ui/avatar';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { Field, Input } from '@/shared/ui/field';
import { IconButton } from '@/shared/ui/icon-button';
import { Menu, MenuChoices } from '@/shared/ui/menu';

/** The value that all have, or null. */
function common<T>(tasks: readonly Task[], of: (task: Task) => T): T | null {
  const [first, ...rest] = tasks.map(of);
  return first !== undefined && rest.every((value) => value === first) ? first : null;
}

type ChoiceProps<T extends string> = Opening & {
  label: string;
  icon: ReactNode;
  value: T | null;
  options: readonly { value: T; label: string; icon?: ReactNode; keys?: string }[];
  onChoose: (value: T) => void;
};

function Choice<T extends string>({ label, icon, value, options, onChoose, open, onOpenChange }: ChoiceProps<T>) {
  return (
    <Menu
      open={open}
      onOpenChange={onOpenChange}
      trigger={
        <Chip aria-label={label} className="shrink-0">
          {icon}
          {label}
        </Chip>
      }
    >
      <MenuChoices value={value} options={options} onChoose={onChoose} />
    </Menu>
  );
}

const NOBODY = 'nobody';
const DIGITS = 9;
const sign = { 'aria-hidden': true, className: 'size-4 shrink-0 text-muted', strokeWidth: 1.75 } as const;

type Props = {
  tasks: readonly Task[];
  opening: Openings;
  status: Required<Opening>;
  onClear: () => void;
};

export function BulkBar({ tasks, opening, status, onClear }: Props) {
  const update = useBulkUpdate();
  const members = useQuery(membersQuery).data ?? [];
  const [labelling, setLabelling] = useState(false);
  const nobody = <CircleUser {...sign} />;
  return (
    <div
      role="toolbar"
      aria-label={t('bulk.title')}
      className="flex shrink-0 items-center gap-1.5 overflow-x-auto border-t bg-raised px-3 py-2 animate-rise md:px-4"
    >
      <span className="nums mr-1 shrink-0 font-medium" role="status">
        {plural('bulk.selected', tasks.length)}
      </span>
      <Choice
        {...status}
        label={t('property.status')}
        icon={<StatusIcon value="todo" />}
        value={common(tasks, (task) => task.status)}
        options={choosableStatuses.map((value, index) => ({
          value,
          label: t(`status.${value}`),
          icon: <StatusIcon value={value} />,
          keys: String(index + 1),
        }))}
        onChoose={(value) => update(tasks, (task) => (task.status === value ? {} : { status: value }))}
      />
      <Choice
        {...opening('priority')}
        label={t('property.priority')}
        icon={<PriorityIcon value="medium" />}
        value={common(tasks, (task) => task.priority)}
        options={priorities.map((value) => ({
          value,
          label: t(`priority.${value}`),
          icon: <PriorityIcon value={value} />,
          keys: priorityKeys[value],
        }))}
        onChoose={(value) => update(tasks, (task) => (task.priority === value ? {} : { priority: value }))}
      />
      <Choice
        {...opening('category')}
        label={t('property.category')}
        icon={<CategoryDot value="task" className="mx-0" />}
        value={common(tasks, (task) => task.category)}
        options={categories
          .filter((value) => value !== 'noise')
          .map((value) => ({
            value,
            label: t(`category.${value}`),
            icon: <CategoryDot value={value} />,
            keys: categoryKeys[value],
          }))}
        onChoose={(value) => update(tasks, (task) => (task.category === value ? {} : { category: value }))}
      />
      <Choice
        {...opening('assignee')}
        label={t('property.assignee')}
        icon={nobody}
        value={common(tasks, (task) => task.assignee?.id ?? NOBODY)}
        options={[
          { value: NOBODY, label: t('assignee.none'), icon: nobody, keys: '0' },
          ...members.map(({ id, name }, index) => ({
            value: id,
            label: name,
            icon: <Avatar name={name} />,
            keys: index < DIGITS ? String(index + 1) : undefined,
          })),
        ]}
        onChoose={(id) => {
          const assignee = id === NOBODY ? null : id;
          update(tasks, (task) => ((task.assignee?.id ?? null) === assignee ? {} : { assignee_id: assignee }));
        }}
      />
      <DuePicker
        {...opening('due')}
        value={common(tasks, (task) => task.due_on ?? '') || null}
        onChange={(day) => update(tasks, (task) => (task.due_on === day ? {} : { due_on: day }))}
        className="shrink-0"
      />
      <Chip className="shrink-0" onClick={() => setLabelling(true)}>
        <Tag {...sign} />
        {t('bulk.labels')}
      </Chip>
      <IconButton icon={X} label={t('bulk.clear')} keys="Escape" onClick={onClear} className="ml-auto" />
      {labelling && (
        <LabelDialog
          onClose={() => setLabelling(false)}
          onAdd={(labels) => {
            setLabelling(false);
            update(tasks, (task) => {
              const added = labels.filter((label) => !task.labels.includes(label));
              return added.length === 0 ? {} : { labels: [...task.labels, ...added] };
            });
          }}
        />
      )}
    </div>
  );
}

function LabelDialog({ onClose, onAdd }: { onClose: () => void; onAdd: (labels: string[]) => void }) {
  const [text, setText] = useState('');
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('bulk.labels.add')}
      description={t('bulk.labels.description')}
      footer={
        <Button tone="primary" type="submit" form="bulk-labels">
          {t('bulk.labels.submit')}
        </Button>
      }
    >
      <form
        id="bulk-labels"
        onSubmit={(event) => {
          event.preventDefault();
          onAdd(text.split(',').map((label) => label.trim()).filter(Boolean));
        }}
      >
        <Field label={t('bulk.labels')}>
          <Input value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  );
}
