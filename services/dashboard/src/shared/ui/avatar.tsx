import { cn } from './cn';

/** Hues that keep 4.5:1 with white letters at this lightness. */
const hue = (name: string) => Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);

const initials = (name: string) => {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, ' ').trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => (word ?? '').slice(0, 1)).join('').toUpperCase() || '?';
};

/** Initials on a colour of their own, "?" without a name; the name stands beside it, so it is hidden from readers. */
export function Avatar({ name, large = false, className }: { name: string; large?: boolean; className?: string }) {
  return (
    <span
      aria-hidden="true"
      // Drawn, not written: the letters are no text of the button that they stand in.
      data-initials={initials(name)}
      style={{ backgroundColor: `oklch(0.5 ${name === '' ? 0.01 : 0.09} ${hue(name)})` }}
      className={cn(
        'inline-flex shrink-0 items-center justify-center rounded-full leading-none font-semibold text-white before:content-[attr(data-initials)]',
        large ? 'size-7 text-[11px]' : 'size-[18px] text-[9px]',
        className,
      )}
    />
  );
}
