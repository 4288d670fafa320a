/** Texts that are being written outlive the page that they are written on: going to the next item throws none away. */
import { useState } from 'react';

const drafts = new Map<string, string>();

/** Like `useState('')`, remembered under `key` until it is emptied or the page is reloaded. */
export function useDraft(key: string): [string, (text: string) => void] {
  const [state, setState] = useState({ key, text: drafts.get(key) ?? '' });
  const text = state.key === key ? state.text : (drafts.get(key) ?? '');
  const set = (next: string) => {
    if (next === '') drafts.delete(key);
    else drafts.set(key, next);
    setState({ key, text: next });
  };
  return [text, set];
}
