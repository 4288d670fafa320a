/** A note that says what was done and offers to take it back, by its button or by key. */
import { t } from '@/shared/i18n/translate';
import { dismissToast, toast, type Toast } from '@/shared/ui/toast-store';

import { pushUndo, UNDO_KEY } from './undo-store';

type Offer = {
  /** Cannot be taken back any more; the note goes by itself. */
  forget: () => void;
  /** It never happened: the note goes at once. */
  withdraw: () => void;
};

export function offerUndo(words: Pick<Toast, 'title' | 'detail'>, takeBack: () => void): Offer {
  const undo = pushUndo(() => {
    dismissToast(note);
    takeBack();
  });
  const note = toast({ ...words, action: { label: t('undo'), hint: UNDO_KEY, run: undo.run } });
  return {
    forget: undo.forget,
    withdraw: () => {
      undo.forget();
      dismissToast(note);
    },
  };
}
