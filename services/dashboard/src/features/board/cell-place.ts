/** Where a card can be dropped, as the drag and drop library carries it along. */
import type { ColumnStatus } from './columns';

export type Place = {
  status: ColumnStatus;
  lane: string | null;
  /** Position of column and lane, for the arrow keys. */
  column: number;
  row: number;
};

export const placeId = ({ status, lane }: Pick<Place, 'status' | 'lane'>) => `${status}|${lane ?? ''}`;
