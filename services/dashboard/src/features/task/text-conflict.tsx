import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';

type Props = { theirs: string; onTheirs: () => void; onMine: () => void };

/** Someone else changed the text that is being written: neither version is thrown away silently. */
export function TextConflict({ theirs, onTheirs, onMine }: Props) {
  return (
    <div role="alert" className="mt-2 rounded-lg border bg-amber-soft px-3 py-2.5">
      <p className="text-amber">{t('inline.conflict')}</p>
      <p className="mt-1 line-clamp-3 text-xs text-muted prose-plain">{theirs === '' ? t('nothing') : theirs}</p>
      <div className="mt-2 flex gap-2">
        <Button onClick={onTheirs}>{t('inline.theirs')}</Button>
        <Button onClick={onMine}>{t('inline.mine')}</Button>
      </div>
    </div>
  );
}
