/** Markdown that people wrote. Its library loads when the first text is shown; until then the text stands as it was typed. */
import { lazy, Suspense } from 'react';

import { cn } from '@/shared/ui/cn';

const Plain = ({ text }: { text: string }) => <p className="prose-plain">{text}</p>;

const Rendered = lazy(() =>
  import('./rendered').then(
    (module) => ({ default: module.Rendered }),
    // Without the network the text is still worth reading.
    () => ({ default: Plain }),
  ),
);

export function Markdown({ text, className }: { text: string; className?: string }) {
  return (
    <div className={cn('markdown', className)}>
      <Suspense fallback={<Plain text={text} />}>
        <Rendered text={text} />
      </Suspense>
    </div>
  );
}
