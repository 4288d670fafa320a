/** What all charts look like: quiet axes, and a note at the pointer. */
export const CHART_HEIGHT = 224;

const tick = { fill: 'var(--faint)', fontSize: 11 };
export const margin = { top: 10, right: 8, bottom: 0, left: 0 };
export const axis = { tick, tickLine: false, axisLine: false } as const;

export function Note({ title, lines }: { title: string; lines: string[] }) {
  return (
    <div className="rounded-md bg-raised px-2.5 py-1.5 text-xs shadow-overlay">
      <p className="font-medium">{title}</p>
      {lines.map((line) => (
        <p key={line} className="nums text-muted">
          {line}
        </p>
      ))}
    </div>
  );
}
