/** Everything about duplicates of the task on the screen: what is proposed, and the one key that merges. */
import { useState } from 'react';

import type { Duplicate, Task, TaskDetail, TaskRef } from '@/shared/api/types';

import { dismissProposal } from './dismissals';
import { useProposals } from './proposals';
import { goesInto, useMerging } from './use-merging';

type Options = {
  task: Task | undefined;
  detail: TaskDetail | undefined;
  /** Merges the task itself; the inbox also goes on to the next. */
  mergeInto: (target: TaskRef) => void;
};

export function useDuplicates({ task, detail, mergeInto }: Options) {
  const { mergeNamed } = useMerging();
  const proposals = useProposals(detail);
  const [choosing, setChoosing] = useState(false);
  const choose = () => setChoosing(task !== undefined);
  const merge = ({ task: other }: Duplicate) => {
    if (!task) return;
    if (goesInto(task, other)) mergeInto(other);
    else mergeNamed(other, task);
  };
  return {
    proposals,
    choosing,
    choose,
    close: () => setChoosing(false),
    merge,
    mergeInto,
    dismiss: ({ task: other }: Duplicate) => task && dismissProposal(task, other),
    /** One proposal is the answer; of several, or of none, a person chooses. */
    mergeOrChoose: () => {
      const [only, ...others] = proposals;
      if (only && others.length === 0) merge(only);
      else choose();
    },
  };
}

export type Duplicates = ReturnType<typeof useDuplicates>;
