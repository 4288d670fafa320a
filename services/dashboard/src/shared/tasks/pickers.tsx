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
import { categories, choosableStatuses, priorities } from './vocabulary';

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

type PickerProps<T> = { value: T; onChange: (value: T) => void; className?: string };

function Picker<T extends string>(props: {
  property: string;
  value: T;
  label: string;
  icon: (value: T) => ReactNode;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  className: string | undefined;
}) {
  const { property, value, label, icon, options, onChange, className } = props;
  return (
    <Menu
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

export function StatusPicker({ value, onChange, className }: PickerProps<TaskStatus>) {
  return (
    <Picker
      property={t('property.status')}
      value={value}
      label={t(`status.${value}`)}
      icon={(status) => <StatusIcon value={status} />}
      options={choosableStatuses.map((status) => ({ value: status, label: t(`status.${status}`) }))}
      onChange={onChange}
      className={className}
    />
  );
}

export function PriorityPicker({ value, onChange, className }: PickerProps<Priority>) {
  return (
    <Picker
      property={t('property.priority')}
      value={value}
      label={t(`priority.${value}`)}
      icon={(priority) => <PriorityIcon value={priority} />}
      options={priorities.map((priority) => ({ value: priority, label: t(`priority.${priority}`) }))}
      onChange={onChange}
      className={className}
    />
  );
}

export function CategoryPicker({ value, onChange, className }: PickerProps<Category>) {
  return (
    <Picker
      property={t('property.category')}
      value={value}
      label={t(`category.${value}`)}
      icon={(category) => <CategoryDot value={category} />}
      options={categories.map((category) => ({ value: category, label: t(`category.${category}`) }))}
      onChange={onChange}
      className={className}
    />
  );
}

const NOBODY = 'nobody';

export function AssigneePicker(props: {
  value: MemberRef | null;
  onChange: (memberId: string | null) => void;
  className?: string;
}) {
  const members = useQuery(membersQuery);
  const label = props.value?.name ?? t('assignee.none');
  const nobody = <CircleUser aria-hidden="true" className="size-4 shrink-0 text-faint" strokeWidth={1.75} />;
  return (
    <Menu
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
          { value: NOBODY, label: t('assignee.none'), icon: nobody },
          ...(members.data ?? []).map(({ id, name }) => ({ value: id, label: name, icon: <Avatar name={name} /> })),
        ]}
      />
    </Menu>
  );
}
