/** The one breakpoint: below it there is a bottom bar and one column. The same value as Tailwind's `md`. */
import { useSyncExternalStore } from 'react';

const phone = matchMedia('(width < 48rem)');

function subscribe(listener: () => void): () => void {
  phone.addEventListener('change', listener);
  return () => phone.removeEventListener('change', listener);
}

export const useIsPhone = () => useSyncExternalStore(subscribe, () => phone.matches);
