import { Check, ChevronRight } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { KeyboardEvent, ReactNode } from 'react';

import { cn } from './cn';
import { Kbd } from './kbd';

type MenuProps = {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'center' | 'end';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

/** One key chooses: the item that names it, as if it were clicked. The menu's own typing ahead gives way. */
function chooseByKey(event: KeyboardEvent<HTMLElement>): void {
  if (event.metaKey || event.ctrlKey || event.altKey || event.key.length !== 1) return;
  const items = event.currentTarget.querySelectorAll<HTMLElement>('[data-key]');
  const item = Array.from(items).find(({ dataset }) => dataset.key === event.key.toLowerCase());
  if (!item) return;
  event.preventDefault();
  item.click();
}

export function Menu({ trigger, children, align = 'start', open, onOpenChange }: MenuProps) {
  return (
    <Radix.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          onKeyDown={chooseByKey}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 overflow-y-auto rounded-lg bg-raised p-1 shadow-overlay animate-rise"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const item =
  'flex min-h-11 w-full items-center gap-2.5 rounded-md px-2 text-ink outline-none select-none data-highlighted:bg-pressed md:min-h-8 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted';

type ItemProps = { icon?: ReactNode; children: ReactNode; onSelect: () => void; keys?: string; className?: string };

export function MenuItem({ icon, children, onSelect, keys, className }: ItemProps) {
  return (
    <Radix.Item onSelect={onSelect} data-key={keys} className={cn(item, className)}>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys && <Kbd keys={keys} />}
    </Radix.Item>
  );
}

type ChoiceProps<T extends string> = { value: T; icon?: ReactNode; label: string; /** Where it is not the page's. */ lang?: string; keys?: string };

/** One of several: a radio group with a check mark. */
export function MenuChoices<T extends string>(props: {
  value: T | null;
  options: readonly ChoiceProps<T>[];
  onChoose: (value: T) => void;
}) {
  return (
    <Radix.RadioGroup value={props.value ?? ''} onValueChange={(value) => props.onChoose(value as T)}>
      {props.options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} data-key={option.keys} className={item}>
          {option.icon}
          <span lang={option.lang} className="min-w-0 flex-1 truncate">
            {option.label}
          </span>
          <Radix.ItemIndicator>
            <Check aria-hidden="true" className="size-4 text-accent-ink" />
          </Radix.ItemIndicator>
          {option.keys && <Kbd keys={option.keys} />}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

type ToggleProps = { checked: boolean; icon?: ReactNode; label: string; onToggle: () => void };

/** One of several that are on or off; the menu stays open. */
export function MenuToggle({ checked, icon, label, onToggle }: ToggleProps) {
  return (
    <Radix.CheckboxItem
      checked={checked}
      onCheckedChange={onToggle}
      onSelect={(event) => event.preventDefault()}
      className={item}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      <Radix.ItemIndicator>
        <Check aria-hidden="true" className="size-4 text-accent-ink" />
      </Radix.ItemIndicator>
    </Radix.CheckboxItem>
  );
}

/** A menu in the menu. */
export function MenuMore({ label, icon, children }: { label: string; icon?: ReactNode; children: ReactNode }) {
  return (
    <Radix.Sub>
      <Radix.SubTrigger className={cn(item, 'data-[state=open]:bg-pressed')}>
        {icon}
        <span className="min-w-0 flex-1 truncate">{label}</span>
        <ChevronRight aria-hidden="true" className="text-faint" />
      </Radix.SubTrigger>
      <Radix.Portal>
        <Radix.SubContent
          sideOffset={2}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 overflow-y-auto rounded-lg bg-raised p-1 shadow-overlay"
        >
          {children}
        </Radix.SubContent>
      </Radix.Portal>
    </Radix.Sub>
  );
}

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="px-2 pt-1.5 pb-1 text-xs font-medium text-faint">{children}</Radix.Label>
);

export const MenuSeparator = () => <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
