/** One property of a task as a quiet button that opens its choices. */
import { useQuery } from '@tanstack/react-query';
import { CircleUser } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';

import { membersQuery } from '@/shared/api/system';
import type { Category, MemberRef, Priority, TaskStatus } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { Avatar } from '@/shared/ui/avatar';
import { cn } from '@/shared/ui/cn';
import { Menu, MenuChoices } from '@/shared/ui/menu';

import { CategoryDot, PriorityIcon, StatusIcon } from './icons';
import { categories, categoryKeys, choosableStatuses, priorities, priorityKeys } from './vocabulary';

type ChipProps = ButtonHTMLAttributes<HTMLButtonElement> & { ref?: Ref<HTMLButtonElement>; faint?: boolean };

/** The button of a property; wide ones fill their row in the task's side column. */
export function Chip({ className, faint = false, ...rest }: ChipProps) {
  return (
    <button
      type="button"
      {...rest}
      className={cn(
        'inline-flex h-9 max-w-full min-w-0 items-center gap-1.5 rounded-md border border-line-strong/80 bg-surface px-2 transition-colors duration-100 md:h-7',
        'hoverable:bg-hover data-[state=open]:bg-hover',
        faint ? 'text-faint' : 'text-ink',
        className,
      )}
    />
  );
}

/** Opened from outside, by a key of the page. */
export type Opening = { open?: boolean; onOpenChange?: (open: boolean) => void };

type PickerProps<T> = Opening & { value: T; onChange: (value: T) => void; className?: string };

function Picker<T extends string>(
  props: PickerProps<T> & {
    property: string;
    label: string;
    icon: (value: T) => ReactNode;
    options: readonly { value: T; label: string; keys?: string }[];
  },
) {
  const { property, value, label, icon, options, onChange, className, open, onOpenChange } = props;
  return (
    <Menu
      open={open}
      onOpenChange={onOpenChange}
      trigger={
        <Chip aria-label={`${property}: ${label}`} className={className}>
          {icon(value)}
          <span className="truncate">{label}</span>
        </Chip>
      }
    >
      <MenuChoices
        value={value}
        onChoose={(next) => next !== value && onChange(next)}
        options={options.map((option) => ({ ...option, icon: icon(option.value) }))}
      />
    </Menu>
  );
}

export function StatusPicker(props: PickerProps<TaskStatus>) {
  return (
    <Picker
      {...props}
      property={t('property.status')}
      label={t(`status.${props.value}`)}
      icon={(status) => <StatusIcon value={status} />}
      options={choosableStatuses.map((status) => ({ value: status, label: t(`status.${status}`) }))}
    />
  );
}

export function PriorityPicker(props: PickerProps<Priority>) {
  return (
    <Picker
      {...props}
      property={t('property.priority')}
      label={t(`priority.${props.value}`)}
      icon={(priority) => <PriorityIcon value={priority} />}
      options={priorities.map((priority) => ({
        value: priority,
        label: t(`priority.${priority}`),
        keys: priorityKeys[priority],
      }))}
    />
  );
}

/** Choosing "noise" says that there is nothing to do: whoever offers it declines the task with it. */
export function CategoryPicker(props: PickerProps<Category>) {
  return (
    <Picker
      {...props}
      property={t('property.category')}
      label={t(`category.${props.value}`)}
      icon={(category) => <CategoryDot value={category} />}
      options={categories.map((category) => ({
        value: category,
        label: t(`category.${category}`),
        keys: categoryKeys[category],
      }))}
    />
  );
}

const NOBODY = 'nobody';
/** Members that have a digit of their own. */
const DIGITS = 9;

type AssigneeProps = Opening & {
  value: MemberRef | null;
  onChange: (memberId: string | null) => void;
  className?: string;
};

export function AssigneePicker(props: AssigneeProps) {
  const members = useQuery(membersQuery);
  const label = props.value?.name ?? t('assignee.none');
  const nobody = <CircleUser aria-hidden="true" className="size-4 shrink-0 text-faint" strokeWidth={1.75} />;
  return (
    <Menu
      open={props.open}
      onOpenChange={props.onOpenChange}
      trigger={
        <Chip aria-label={`${t('property.assignee')}: ${label}`} faint={!props.value} className={props.className}>
          {props.value ? <Avatar name={props.value.name} /> : nobody}
          <span className="truncate">{label}</span>
        </Chip>
      }
    >
      <MenuChoices
        value={props.value?.id ?? NOBODY}
        onChoose={(id) => props.onChange(id === NOBODY ? null : id)}
        options={[
          { value: NOBODY, label: t('assignee.none'), icon: nobody, keys: '0' },
          ...(members.data ?? []).map(({ id, name }, index) => ({
            value: id,
            label: name,
            icon: <Avatar name={name} />,
            keys: index < DIGITS ? String(index + 1) : undefined,
          })),
        ]}
      />
    </Menu>
  );
}
