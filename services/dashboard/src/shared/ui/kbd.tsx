import { cn } from './cn';

const shown: Record<string, string> = { mod: isApple() ? '⌘' : 'Ctrl', Enter: '↵', Shift: '⇧', shift: '⇧', Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓' };

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}

/** Keys as they stand on the keyboard; hidden where there is none. */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  return (
    <span aria-hidden="true" className={cn('hidden shrink-0 items-center gap-0.5 md:inline-flex', className)}>
      {(keys === '+' ? [keys] : keys.split(/[ +]/)).map((key) => (
        <kbd
          key={key}
          className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded border border-line-strong/70 bg-chrome px-1 font-sans text-[11px] leading-none text-faint"
        >
          {shown[key] ?? (key.length === 1 ? key.toUpperCase() : key)}
        </kbd>
      ))}
    </span>
  );
}
