import type { InputHTMLAttributes, ReactNode, Ref, TextareaHTMLAttributes } from 'react';

import { cn } from './cn';

const box =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 text-ink transition-colors focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0';

/** A label that belongs to its control, and a hint or an error under it. */
export function Field({ label, error, children }: { label: string; error?: string | null; children: ReactNode }) {
  return (
    // The control is `children`.
     
    <label className="flex flex-col gap-1.5">
      <span className="text-xs font-medium text-muted">{label}</span>
      {children}
      {error && (
        <span role="alert" className="text-xs text-red">
          {error}
        </span>
      )}
    </label>
  );
}

export function Input({ className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return <input {...rest} className={cn(box, 'h-11 md:h-8', className)} />;
}

type TextAreaProps = TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> };

/** Grows with its text. */
export function TextArea({ className, ...rest }: TextAreaProps) {
  return <textarea {...rest} className={cn(box, 'field-sizing-content min-h-20 resize-none py-2', className)} />;
}
