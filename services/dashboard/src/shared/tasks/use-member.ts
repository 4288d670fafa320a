import { useQuery } from '@tanstack/react-query';

import { membersQuery } from '@/shared/api/system';
import type { MemberRef } from '@/shared/api/types';

/** The member with this id; `known` answers before the list of members is there. */
export function useMember(id: string | null | undefined, known: MemberRef | null): MemberRef | null {
  const members = useQuery(membersQuery);
  if (!id) return null;
  if (known?.id === id) return known;
  return members.data?.find((member) => member.id === id) ?? { id, name: '…' };
}
