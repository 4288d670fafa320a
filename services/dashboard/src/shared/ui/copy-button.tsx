import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

import { t } from '@/shared/i18n/translate';

import { IconButton } from './icon-button';

/** Outside HTTPS and localhost there is no clipboard API; the old way still works there. */
async function copy(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

export function CopyButton({ text, label, className }: { text: string; label: string; className?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton
      icon={copied ? Check : Copy}
      label={copied ? t('copied') : label}
      className={className}
      onClick={() => void copy(text).then(setCopied)}
    />
  );
}
