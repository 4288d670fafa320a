/** Three ways to carry a card: mouse, long press, and Space with the arrow keys (which go from cell to cell). */
import {
  KeyboardCode,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
  type KeyboardCoordinateGetter,
} from '@dnd-kit/core';

import type { Place } from './cell-place';

const steps: Record<string, readonly [column: number, row: number]> = {
  [KeyboardCode.Right]: [1, 0],
  [KeyboardCode.Left]: [-1, 0],
  [KeyboardCode.Down]: [0, 1],
  [KeyboardCode.Up]: [0, -1],
};

const toNextCell: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const step = steps[event.code];
  if (!step) return undefined;
  event.preventDefault();
  const from = (context.over?.data.current ?? context.active?.data.current) as Place | undefined;
  const target = context.droppableContainers.getEnabled().find(({ data }) => {
    const place = data.current as Place | undefined;
    return from !== undefined && place?.column === from.column + step[0] && place.row === from.row + step[1];
  });
  const rect = target && context.droppableRects.get(target.id);
  if (!rect) return currentCoordinates;
  const y = step[1] === 0 ? Math.max(rect.top + 8, Math.min(currentCoordinates.y, rect.bottom - 60)) : rect.top + 8;
  return { x: rect.left + 8, y };
};

export function useDragSensors() {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: toNextCell,
      // Enter opens the card; only Space picks it up.
      keyboardCodes: {
        start: [KeyboardCode.Space],
        cancel: [KeyboardCode.Esc],
        end: [KeyboardCode.Space, KeyboardCode.Enter],
      },
    }),
  );
}
