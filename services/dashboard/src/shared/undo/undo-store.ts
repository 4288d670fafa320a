/** What can be taken back, newest first: the toast offers the last one, its key walks further. */
export const UNDO_KEY = 'u';

const LIMIT = 50;

type Step = () => void;
type Undo = { run: () => void; forget: () => void };

const steps: Step[] = [];

function remove(step: Step): boolean {
  const at = steps.indexOf(step);
  if (at !== -1) steps.splice(at, 1);
  return at !== -1;
}

/** Remembers how to take something back; `run` does it once, `forget` drops it because it never happened. */
export function pushUndo(step: Step): Undo {
  steps.push(step);
  if (steps.length > LIMIT) steps.shift();
  return {
    run: () => {
      if (remove(step)) step();
    },
    forget: () => void remove(step),
  };
}

/** Drops everything; what one person did is not the next one's to undo. */
export function forgetUndo(): void {
  steps.length = 0;
}

/** Takes the newest change back; false when there is none. */
export function undoLast(): boolean {
  const step = steps.pop();
  step?.();
  return step !== undefined;
}
