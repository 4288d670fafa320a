/** `#12` and `@Name` in Markdown: a link to the task, and a member who is spoken to. */
import type { Root } from 'mdast';
import { findAndReplace, type FindAndReplaceTuple } from 'mdast-util-find-and-replace';

import { mentionPattern } from '@/shared/mentions/mentions';

const TASK = /(?<![\p{L}\p{N}_&/#])#(\d{1,9})(?![\p{L}\p{N}_])/gu;

/** A remark plugin; code and links are left as they are. */
export function references(names: readonly string[]) {
  const mention = mentionPattern(names);
  const pairs: FindAndReplaceTuple[] = [
    [TASK, (text: string, number: string) => ({ type: 'link', url: `/tasks/${number}`, children: [{ type: 'text', value: text }] })],
  ];
  if (mention) {
    pairs.push([mention, (text: string) => ({ type: 'strong', children: [{ type: 'text', value: text }], data: { hName: 'mark' } })]);
  }
  return () => (tree: Root) => findAndReplace(tree, pairs, { ignore: ['link', 'linkReference'] });
}
