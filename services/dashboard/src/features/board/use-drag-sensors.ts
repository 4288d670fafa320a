/** Three ways to carry a card: mouse, long press, and Space with the arrow keys (which go from column to column). */
import {
  KeyboardCode,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
  type KeyboardCoordinateGetter,
} from '@dnd-kit/core';

import { neighbour } from './columns';

const steps: Record<string, 1 | -1> = { [KeyboardCode.Right]: 1, [KeyboardCode.Left]: -1 };

const toNextColumn: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const step = steps[event.code];
  if (!step) return undefined;
  event.preventDefault();
  const from = context.over?.id ?? (context.active?.data.current?.status as string | undefined) ?? '';
  const target = neighbour(String(from), step);
  const rect = target && context.droppableRects.get(target);
  if (!rect) return currentCoordinates;
  return { x: rect.left + 8, y: Math.max(rect.top + 8, Math.min(currentCoordinates.y, rect.bottom - 60)) };
};

export function useDragSensors() {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: toNextColumn,
      // Enter opens the card; only Space picks it up.
      keyboardCodes: {
        start: [KeyboardCode.Space],
        cancel: [KeyboardCode.Esc],
        end: [KeyboardCode.Space, KeyboardCode.Enter],
      },
    }),
  );
}
