import { t } from '@/shared/i18n/translate';

import { CopyButton } from './copy-button';

/** A command or an address to copy. */
export function CodeLine({ code, label }: { code: string; label: string }) {
  return (
    <div className="flex items-start gap-1 rounded-lg border bg-chrome py-1 pr-1 pl-3 text-left">
      <code className="min-w-0 flex-1 py-1.5 font-mono text-xs leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap text-ink md:py-1">{code}</code>
      <CopyButton text={code} label={t('copy.what', { what: label })} />
    </div>
  );
}
