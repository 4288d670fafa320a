/** Where a list was scrolled to when it was left: opening a task and coming back changes nothing. */
import { useEffect, useRef, type RefObject } from 'react';

const LIMIT = 40;
const places = new Map<string, number>();

function remember(key: string, top: number): void {
  places.delete(key);
  places.set(key, top);
  const [oldest] = places.keys();
  if (places.size > LIMIT && oldest !== undefined) places.delete(oldest);
}

/** Gives the offset to begin with; follows the scroller for as long as it is shown. */
export function useScrollMemory(key: string, scroller: RefObject<HTMLElement | null>): number {
  const initial = useRef(places.get(key) ?? 0);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = () => remember(key, element.scrollTop);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [key, scroller]);
  return initial.current;
}
