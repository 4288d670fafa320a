/** Says when what is on the screen may be old. A blink of the network is not worth a word. */
import { CloudOff } from 'lucide-react';
import { useEffect, useState } from 'react';

import { t } from '@/shared/i18n/translate';
import { useLive } from '@/shared/live/live-provider';

const GRACE_MS = 2_500;

export function OfflineBanner() {
  const { phase, retry } = useLive();
  const [shown, setShown] = useState(false);
  const offline = phase !== 'open';

  useEffect(() => {
    if (!offline) return;
    const timer = setTimeout(() => setShown(true), GRACE_MS);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [offline]);

  return (
    <div role="status" className="shrink-0">
      {shown && offline && (
        <div className="flex items-center gap-2.5 border-b bg-amber-soft px-4 py-1.5 text-amber animate-fade">
          <CloudOff aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
          <p className="min-w-0 flex-1">{t('offline')}</p>
          <button type="button" onClick={retry} className="shrink-0 rounded px-1 py-1 font-medium underline-offset-2 hoverable:underline">
            {t('offline.retry')}
          </button>
        </div>
      )}
    </div>
  );
}
