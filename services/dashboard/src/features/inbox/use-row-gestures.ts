/** A row under the finger: swiped it decides, pressed long it is marked. A mouse and the keyboard have their own ways. */
import { useEffect, useRef, type MouseEvent, type PointerEvent } from 'react';

import type { Box } from './boxes';
import { SLOP, swipeOf, type Swipe } from './swipe';

const LONG_PRESS_MS = 450;

type Options = { box: Box; onSwipe: (swipe: Swipe) => void; onLongPress: () => void };
type Touch = { id: number; x: number; y: number; swiping: boolean; timer: ReturnType<typeof setTimeout> };

export function useRowGestures({ box, onSwipe, onLongPress }: Options) {
  const row = useRef<HTMLDivElement>(null);
  const touch = useRef<Touch | null>(null);
  /** The click that follows a gesture opens nothing. */
  const handled = useRef(false);

  const show = (dx: number) => {
    const element = row.current;
    if (!element) return;
    element.style.setProperty('--dx', `${dx}px`);
    element.dataset.side = dx > 0 ? 'right' : dx < 0 ? 'left' : '';
    element.dataset.swipe = swipeOf(dx, element.offsetWidth, box) ?? '';
    element.dataset.swiping = String(dx !== 0);
  };
  const end = () => {
    if (touch.current) clearTimeout(touch.current.timer);
    touch.current = null;
    show(0);
  };
  useEffect(() => () => clearTimeout(touch.current?.timer), []);

  return {
    row,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        if (event.pointerType === 'mouse' || !event.isPrimary) return;
        handled.current = false;
        const timer = setTimeout(() => {
          handled.current = true;
          end();
          if ('vibrate' in navigator) navigator.vibrate(8);
          onLongPress();
        }, LONG_PRESS_MS);
        touch.current = { id: event.pointerId, x: event.clientX, y: event.clientY, swiping: false, timer };
      },
      onPointerMove: (event: PointerEvent) => {
        const current = touch.current;
        if (current?.id !== event.pointerId) return;
        const [dx, dy] = [event.clientX - current.x, event.clientY - current.y];
        if (!current.swiping) {
          if (Math.abs(dy) > SLOP) {
            end();
            return;
          }
          if (Math.abs(dx) < SLOP) return;
          clearTimeout(current.timer);
          current.swiping = true;
          row.current?.setPointerCapture(event.pointerId);
        }
        show(dx);
      },
      onPointerUp: (event: PointerEvent) => {
        const current = touch.current;
        if (current?.id !== event.pointerId) return;
        const swipe = current.swiping ? swipeOf(event.clientX - current.x, row.current?.offsetWidth ?? 0, box) : null;
        handled.current = current.swiping;
        end();
        if (swipe) onSwipe(swipe);
      },
      onPointerCancel: end,
      onClickCapture: (event: MouseEvent) => {
        if (!handled.current) return;
        handled.current = false;
        event.preventDefault();
        event.stopPropagation();
      },
      /** The browser's own menu of a long press would lie over the mark. */
      onContextMenu: (event: MouseEvent) => {
        if (touch.current || handled.current) event.preventDefault();
      },
    },
  };
}
